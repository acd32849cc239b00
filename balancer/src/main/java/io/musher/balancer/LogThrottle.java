package io.musher.balancer;

/** Lets one log line of a kind through in ten seconds; belongs to one thread. */
final class LogThrottle {

    private static final long PAUSE = 10_000_000_000L;

    private boolean everLogged;
    private long last;

    boolean isDue(long nanos) {
        if (everLogged && nanos - last < PAUSE) {
            return false;
        }
        everLogged = true;
        last = nanos;
        return true;
    }
}
