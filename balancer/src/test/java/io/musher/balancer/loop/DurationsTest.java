package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({"PT0S, 0 s", "PT2S, 2 s", "PT0.5S, 500 ms", "PT0.0015S, 1.5 ms", "PT0.000000001S, 0.000001 ms",
            "PT1.5S, 1.5 s", "PT1M, 1 m", "PT1M30S, 1 m 30 s", "PT1H0M0.25S, 1 h 0.25 s", "P365D, 365 d",
            "PT36H, 1 d 12 h", "PT-2S, -2 s", "PT-0.5S, -500 ms"})
    void shouldBeWrittenWithTheirUnits(String time, String expected) {
        assertEquals(expected, Durations.text(Duration.parse(time)));
    }

    @Property
    void shouldBeWrittenWhateverTheyAre(@ForAll long seconds, @ForAll int nanos) {
        Duration time = Duration.ofSeconds(seconds / 2).plusNanos(nanos);
        assertFalse(Durations.text(time).contains("P"), () -> time.toString());
    }
}
