package io.musher.balancer;

/** Lets one log line of a kind through in ten seconds; belongs to one thread. */
final class Seldom {

    private static final long PAUSE = 10_000_000_000L;

    private boolean spoke;
    private long last;

    boolean now(long nanos) {
        if (spoke && nanos - last < PAUSE) {
            return false;
        }
        spoke = true;
        last = nanos;
        return true;
    }
}
