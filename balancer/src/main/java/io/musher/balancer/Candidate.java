package io.musher.balancer;

/** A target that may be chosen now, with what a {@link Strategy} may want to know of it. Readable from any thread. */
public interface Candidate {

    /** {@return the target} */
    Target target();

    /** {@return connections on it now, over all loops, counted from the moment it was picked} */
    int active();

    /** {@return its weight now: the target's own, less while a fresh target's share still ramps up (slow start)} */
    double weight();

    /**
     * {@return the moving average, in nanoseconds, of the time from the last byte sent to the target to the first byte of
     * its answer; 0 until it has answered once}
     */
    long answerNanos();
}
