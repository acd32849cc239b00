package io.musher;

import io.musher.internal.process.PortLease;
import io.musher.internal.process.Ports;
import io.musher.internal.supervisor.Incarnation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Gives workers their ports: those promised by {@code startPort}, held as long as the cluster lives, or free ones. Control thread only. */
final class PortAllocator {

    private final ClusterConfig config;
    private final OptionalInt commonPort;
    private final Map<Integer, PortLease> promised = new HashMap<>();

    PortAllocator(ClusterConfig config, OptionalInt commonPort) {
        this.config = config;
        this.commonPort = commonPort;
    }

    /** Takes all promised ports before anything is started. */
    void reservePromised() throws IOException {
        if (config.startPort().isPresent()) {
            for (int instance = 0; instance < config.instances(); instance++) {
                promised(instance);
            }
        }
    }

    /** {@return a port for a worker that is about to start, or null when workers have none} */
    PortLease lease(Incarnation worker) throws IOException {
        if (!config.hasPorts()) {
            return null;
        }
        return isPromised(worker) ? promised(worker.instance()) : PortLease.free();
    }

    /** The worker is gone. */
    void release(Incarnation worker, PortLease lease) {
        if (lease == null) {
            return;
        }
        if (!isPromised(worker)) {
            lease.close();
            return;
        }
        try {
            lease.hold();
        } catch (IOException e) {
            // somebody was quicker; the next start says so
        }
    }

    void close() {
        promised.values().forEach(PortLease::close);
        promised.clear();
    }

    private boolean isPromised(Incarnation worker) {
        return config.startPort().isPresent() && !worker.sparePort();
    }

    private PortLease promised(int instance) throws IOException {
        PortLease lease = promised.get(instance);
        if (lease == null) {
            try {
                lease = PortLease.fixed(Ports.of(config.startPort().getAsInt(), instance, commonPort));
            } catch (IllegalArgumentException e) {
                throw new IOException(e.getMessage(), e);
            }
            promised.put(instance, lease);
        }
        return lease;
    }
}
