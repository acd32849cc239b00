package io.musher.ops.internal.run;

import io.musher.ResourceUsage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * Computes how much of a processor each worker's place has used since the last measurement that is at least half a
 * second old. Thread-safe.
 */
final class CpuMeter {

    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(500);

    private record Sample(long at, Map<String, Long> nanos) {}

    private Sample base = new Sample(0, Map.of());
    private Sample latest = new Sample(0, Map.of());

    /** {@return hundredths of a processor by worker name; a name is absent at its first measurement} */
    synchronized Map<String, Double> percent(List<ResourceUsage> usage, long now) {
        if (now - latest.at >= SHORTEST) {
            base = latest;
        }
        Map<String, Long> nanos = new HashMap<>();
        Map<String, Double> percent = new HashMap<>();
        for (ResourceUsage each : usage) {
            nanos.put(each.name(), each.cpuTime().toNanos());
            since(each, now).ifPresent(value -> percent.put(each.name(), value));
        }
        if (now - latest.at >= SHORTEST) {
            latest = new Sample(now, nanos);
        }
        return percent;
    }

    private OptionalDouble since(ResourceUsage usage, long now) {
        Long before = base.nanos.get(usage.name());
        // a place that was restarted with its process counts from the beginning
        return before == null || now - base.at <= 0 || usage.cpuTime().toNanos() < before ? OptionalDouble.empty()
                : OptionalDouble.of(100.0 * (usage.cpuTime().toNanos() - before) / (now - base.at));
    }
}
