package io.musher;

import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.supervisor.Supervisor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left to do when the control thread has died of a failure, most likely for want of memory: nobody looks after the workers any more,
 * so they are killed; nothing is to wait for what will not come; and a JVM that lives for its cluster ends, so that whatever runs it starts
 * it again. Runs on the dying thread, because another one may not be had; each step is tried whatever became of those before.
 */
final class Collapse {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);
    private static final int STATUS = 1;

    private final ClusterConfig config;
    private final ClusterResources resources;
    private final PortAllocator ports;
    private final Supervisor supervisor;
    private final ClusterCommands commands;
    private final EventPublisher chronicle;
    private final ShutdownHandler shutdown;
    private volatile boolean started;

    Collapse(ClusterConfig config, ClusterResources resources, PortAllocator ports, Supervisor supervisor, ClusterCommands commands, EventPublisher chronicle, ShutdownHandler shutdown) {
        this.config = config;
        this.resources = resources;
        this.ports = ports;
        this.supervisor = supervisor;
        this.commands = commands;
        this.chronicle = chronicle;
        this.shutdown = shutdown;
    }

    /** {@code stopped} is told of the failure when everything is closed. */
    void await(Consumer<Throwable> stopped) {
        resources.control().whenFailed(cause -> run(cause, stopped));
    }

    /** From now on the failure is not told by an exception of the start. */
    void started() {
        started = true;
    }

    private void run(Throwable cause, Consumer<Throwable> stopped) {
        boolean exits = started && config.keepAlive() && !shutdown.isSignalled();
        attempt(() -> resources.spawner().killAll());
        attempt(() -> OPERATOR.error("{}: the control thread has failed: kills all workers, the cluster has ended{}", config.name(),
                exits ? "; the process exits with status " + STATUS : "", cause));
        IllegalStateException failure = new IllegalStateException(config.name() + " has ended by a failure of its control thread: " + cause, cause);
        attempt(() -> resources.channels().abandon());
        attempt(() -> commands.fail(failure, resources.callbacks()));
        attempt(() -> supervisor.workers().forEach(worker -> resources.callbacks().execute(() -> worker.onExit().completeExceptionally(failure))));
        attempt(() -> chronicle.failed(failure.getMessage()));
        attempt(exits ? shutdown::restore : shutdown::end); // or the JVM ends by itself first, with status 0
        attempt(resources::close);
        attempt(ports::close);
        stopped.accept(failure);
        if (exits) {
            shutdown.exit(STATUS);
        }
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            try {
                LOG.warn("{}: could not be undone after the failure of the control thread", config.name(), e);
            } catch (Throwable again) { // there may be no memory for a line either
                return;
            }
        }
    }
}
