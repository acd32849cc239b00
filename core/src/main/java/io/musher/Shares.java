package io.musher;

import io.musher.internal.process.JvmShare;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What part of the machine the next worker JVM gets: computed anew when their number has changed, and logged then. Control thread only. */
final class Shares {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final String name;
    private final boolean relays;
    private JvmShare share = JvmShare.none();
    private int workers;

    Shares(String name, boolean relays) {
        this.name = name;
        this.relays = relays;
    }

    JvmShare among(long wanted) {
        int now = (int) Math.max(1, wanted);
        if (now != workers) {
            workers = now;
            share = JvmShare.of(now, relays);
            LOG.info("{}: {}", name, share.text());
        }
        return share;
    }
}
