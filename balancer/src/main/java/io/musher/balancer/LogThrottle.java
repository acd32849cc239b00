package io.musher.balancer;

/** Rate limit for a log line: at most once in 10 s. Not thread safe. */
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
