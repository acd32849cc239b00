package io.musher.balancer;

/** Moving average of the time in which one target answers. Written by all loops, readable from any thread. */
final class LatencyAverage {

    private static final long SHORT_WAIT = 100_000_000;
    // nanoseconds without an answer after which a new one has a weight of 1/2
    private static final double PAUSE_FOR_HALF_WEIGHT = 1e9;

    private volatile long average;
    private volatile long measuredAt;

    /** {@return the average in nanoseconds, 0 until there is a measurement} */
    long average() {
        return average;
    }

    /**
     * Updates the average and the loop's counters. Loops may overwrite each other's average: losing a rare sample is
     * cheaper than an atomic update each time.
     */
    void record(long nanos, long now, Counters counters) {
        long sample = Math.max(1, nanos);
        counters.latencyNanos.add(sample);
        counters.answers.add(1);
        long old = average;
        double pause = Math.max(0, now - measuredAt);
        double share = Math.max(0.125, pause / (pause + PAUSE_FOR_HALF_WEIGHT));
        average = old == 0 ? sample : Math.max(1, old + (long) ((sample - old) * share));
        measuredAt = now;
    }

    /** Records the wait of a client that left without an answer, if it waited long. */
    void recordUnanswered(long nanos, long now, Counters counters) {
        if (nanos > Math.max(SHORT_WAIT, 2 * average)) {
            record(nanos, now, counters);
        }
    }
}
