package io.musher.internal.ipc;

import io.musher.balancer.loop.LogThrottle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts connections rejected before a valid hello, and logs them once in ten seconds. Not thread-safe. */
final class RejectionLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    private final String name;
    private final LogThrottle throttle = new LogThrottle();
    private long count;
    private long reported;

    RejectionLog(String name) {
        this.name = name;
    }

    void log(long now, String why) {
        count++;
        if (!throttle.isDue(now)) {
            LOG.trace("{}: dropped a connection to the workers' port: {}", name, why);
            return;
        }
        LOG.warn("{}: dropped a connection to the workers' port: {} ({} since the last such line)", name, why,
                count - reported);
        reported = count;
    }

    long count() {
        return count;
    }
}
