package io.musher.balancer;

import io.musher.balancer.loop.Ticker;

/** The growing share of a target's weight that counts for some time after it has become ready. Thread-safe. */
final class SlowStart {

    /** Never zero, or the target would never warm up. */
    private static final double LEAST = 0.1;

    private final Ticker ticker;
    private final long nanos;
    private volatile boolean growing;
    private volatile long since;

    /**
     * Creates a slow start that has not begun.
     *
     * @param nanos how long the share grows; zero for not at all
     */
    SlowStart(long nanos, Ticker ticker) {
        this.nanos = nanos;
        this.ticker = ticker;
    }

    /** The target has become ready. */
    void begin() {
        since = ticker.nanos();
        growing = nanos > 0;
    }

    /** {@return the present share, at most 1} */
    double share() {
        if (!growing) {
            return 1;
        }
        double grown = (double) (ticker.nanos() - since) / nanos;
        if (grown >= 1) {
            growing = false;
            return 1;
        }
        return Math.max(LEAST, grown);
    }
}
