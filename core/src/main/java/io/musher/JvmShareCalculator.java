package io.musher;

import io.musher.internal.process.launch.JvmShare;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the share of memory and processors of the next worker JVM, and logs it when it changes. Control thread only.
 */
final class JvmShareCalculator {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final String name;
    private final boolean relays;
    private JvmShare share = JvmShare.none();
    private int workers;
    private String logged = "";

    JvmShareCalculator(String name, boolean relays) {
        this.name = name;
        this.relays = relays;
    }

    JvmShare shareAmong(long wanted, LaunchGeneration generation) {
        int now = (int) Math.max(1, wanted);
        if (now != workers) {
            workers = now;
            share = JvmShare.of(now, relays);
        }
        String text = generation.plan().describeShare(share, generation.environment(Map.of()));
        if (!text.equals(logged)) {
            logged = text;
            LOG.info("{}: {}", name, text);
        }
        return share;
    }
}
