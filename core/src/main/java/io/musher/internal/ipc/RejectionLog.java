package io.musher.internal.ipc;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts connections rejected before a valid hello, and logs them once in ten seconds. Not thread-safe. */
final class RejectionLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final String name;
    private long count;
    private long reported;
    private long last;

    RejectionLog(String name) {
        this.name = name;
    }

    void log(long now, String why) {
        count++;
        if (reported > 0 && now - last < PAUSE_NANOS) {
            LOG.trace("{}: dropped a connection to the workers' port: {}", name, why);
            return;
        }
        LOG.warn("{}: dropped a connection to the workers' port: {} ({} since the last such line)", name, why,
                count - reported);
        reported = count;
        last = now;
    }

    long count() {
        return count;
    }
}
