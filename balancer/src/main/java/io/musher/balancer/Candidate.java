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
     * its answer; 0 until it has answered once. A new answer counts an eighth, after a pause more}
     */
    long answerNanos();

    /**
     * {@return how many times to a first answer were measured. Where a client left before the answer, and had waited more than
     * twice the average, its wait counts}
     */
    default long answers() {
        return answerNanos() == 0 ? 0 : 1;
    }

    /** {@return these times in nanoseconds, added up: the difference between two picks tells what the latest answers took} */
    default long answerNanosTotal() {
        return answerNanos();
    }

    /**
     * {@return connections that the target ended without an answer: after bytes from the client, or within a second of the
     * connect}
     */
    default long unanswered() {
        return 0;
    }
}
