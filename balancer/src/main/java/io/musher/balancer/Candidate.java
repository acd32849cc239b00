package io.musher.balancer;

/** A target that a {@link Strategy} may choose, with its current load and latency. Readable from any thread. */
public interface Candidate {

    /** {@return the target} */
    Target target();

    /**
     * {@return the number of its connections now, over all loops; a connection counts from the moment its target is
     * picked}
     */
    int active();

    /** {@return the effective weight: {@link Target#weight}, reduced while the slow start of a fresh target lasts} */
    double weight();

    /**
     * {@return the latency in nanoseconds: a moving average of the time from the last byte sent to the target to the
     * first byte of its answer; 0 until it has answered once. A new answer has a weight of one eighth, more after a
     * pause}
     */
    long latencyNanos();

    /**
     * {@return the number of latency measurements, one for the first answer of each connection. The wait of a client
     * that left without an answer counts if it took more than twice the average}
     */
    default long answers() {
        return latencyNanos() == 0 ? 0 : 1;
    }

    /**
     * {@return the sum of all latency measurements in nanoseconds; compare with the previous pick for recent latencies}
     */
    default long latencyNanosTotal() {
        return latencyNanos();
    }

    /**
     * {@return the number of connections that the target closed without an answer: after bytes from the client, or
     * within a second of the connect}
     */
    default long unanswered() {
        return 0;
    }
}
