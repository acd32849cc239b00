package io.musher.balancer.loop;

import java.util.concurrent.atomic.AtomicReference;

/** Limits a log line to once in 10 s. Thread safe. */
public final class LogThrottle {

    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final AtomicReference<Long> last = new AtomicReference<>(); // null until the first line

    /** Creates a throttle whose first line is due at once. */
    public LogThrottle() {}

    /**
     * Decides whether to log the line now; if so, the next one is due in 10 s.
     *
     * @param nanos the current time, in nanoseconds of a monotonic clock
     * @return whether to log the line
     */
    public boolean isDue(long nanos) {
        Long before = last.get();
        return (before == null || nanos - before >= PAUSE_NANOS) && last.compareAndSet(before, nanos);
    }
}
