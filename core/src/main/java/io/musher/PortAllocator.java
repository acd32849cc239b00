package io.musher;

import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.Ports;
import io.musher.internal.supervisor.Incarnation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Allocates ports to workers: the fixed ones of {@code startPort}, which are reserved as long as the cluster runs, or
 * free ones, or the common port if they share it. Control thread only.
 */
final class PortAllocator {

    private final ClusterConfig config;
    private final OptionalInt commonPort;
    private final boolean sharesPort;
    private final Map<Integer, PortLease> fixedPorts = new HashMap<>();

    PortAllocator(ClusterConfig config, ClusterResources resources) {
        this.config = config;
        this.commonPort = resources.commonPortNumber();
        this.sharesPort = resources.sharesPort();
    }

    /** Reserves all fixed ports before the first worker is started. */
    void reserveFixedPorts() throws IOException {
        if (config.startPort().isPresent()) {
            for (int instance = 0; instance < config.instances(); instance++) {
                fixedPort(instance);
            }
        }
    }

    /** {@return the port of a worker that is about to start; empty when workers have no ports} */
    Optional<PortLease> lease(Incarnation worker) throws IOException {
        if (!config.hasPorts()) {
            return Optional.empty();
        } else if (sharesPort) {
            return Optional.of(PortLease.shared(commonPort.orElseThrow()));
        }
        return Optional.of(hasFixedPort(worker) ? fixedPort(worker.instance()) : PortLease.free());
    }

    /** Takes back the port of a worker that has exited; a fixed port is reserved again. */
    void release(Incarnation worker, PortLease lease) {
        if (!hasFixedPort(worker)) {
            lease.close();
            return;
        }
        try {
            lease.hold();
        } catch (IOException e) {
            // another process has taken the port; the next start reports it
        }
    }

    void close() {
        fixedPorts.values().forEach(PortLease::close);
        fixedPorts.clear();
    }

    private boolean hasFixedPort(Incarnation worker) {
        return config.startPort().isPresent() && !worker.sparePort();
    }

    private PortLease fixedPort(int instance) throws IOException {
        PortLease lease = fixedPorts.get(instance);
        if (lease == null) {
            try {
                lease = PortLease.fixed(Ports.of(config.startPort().getAsInt(), instance, commonPort));
            } catch (IllegalArgumentException e) {
                throw new IOException(e.getMessage(), e);
            }
            fixedPorts.put(instance, lease);
        }
        return lease;
    }
}
