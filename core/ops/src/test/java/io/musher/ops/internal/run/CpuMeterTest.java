package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.ResourceUsage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CpuMeterTest {

    private final CpuMeter meter = new CpuMeter();

    private Map<String, Double> percentAfter(int seconds, long cpuMillis) {
        return meter.percent(List.of(usage(cpuMillis)), TimeUnit.SECONDS.toNanos(seconds));
    }

    private static ResourceUsage usage(long cpuMillis) {
        return new ResourceUsage(0, "web-1", Duration.ofMillis(cpuMillis), 0);
    }

    @Test
    void shouldMeasureBetweenTwoLooks() {
        assertEquals(Map.of(), percentAfter(1, 5_000));
        assertEquals(Map.of("web-1", 50.0), percentAfter(3, 6_000));
    }

    @Test
    void shouldNotBeNegativeWhenAProcessWasRestarted() {
        percentAfter(1, 5_000);
        assertEquals(Map.of(), percentAfter(3, 100));
        assertEquals(Map.of("web-1", 10.0), percentAfter(5, 300));
    }
}
