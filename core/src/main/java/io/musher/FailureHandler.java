package io.musher;

import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.supervisor.Supervisor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the cluster after its control thread has died of a failure, most likely for lack of memory: kills the workers,
 * which are unsupervised now, fails all open futures, and exits the JVM if it lives for the cluster, so that a service
 * manager can restart it. Runs on the dying thread, because another one may not be available; each step is tried
 * whether or not earlier ones failed.
 */
final class FailureHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);
    private static final int EXIT_STATUS = 1;

    private final ClusterConfig config;
    private final ClusterResources resources;
    private final PortAllocator ports;
    private final Supervisor supervisor;
    private final ClusterCommands commands;
    private final EventPublisher eventPublisher;
    private final ShutdownHandler shutdown;
    private volatile boolean started;

    FailureHandler(ClusterConfig config, ClusterResources resources, PortAllocator ports, Supervisor supervisor,
            ClusterCommands commands, EventPublisher eventPublisher, ShutdownHandler shutdown) {
        this.config = config;
        this.resources = resources;
        this.ports = ports;
        this.supervisor = supervisor;
        this.commands = commands;
        this.eventPublisher = eventPublisher;
        this.shutdown = shutdown;
    }

    /** Registers for the failure; {@code stopped} receives it when everything is closed. */
    void await(Consumer<Throwable> stopped) {
        resources.control().whenFailed(cause -> run(cause, stopped));
    }

    /** Marks the start as complete: until then a failure is reported by the exception of the start. */
    void started() {
        started = true;
    }

    private void run(Throwable cause, Consumer<Throwable> stopped) {
        boolean exits = started && config.keepAlive() && !shutdown.isSignalled();
        attempt(() -> resources.spawner().killAll());
        attempt(() -> OPERATOR.error("{}: the control thread has failed: killing all workers, the cluster has ended{}",
                config.name(),
                exits ? "; the process exits with status " + EXIT_STATUS : "", cause));
        String message = config.name() + " has ended by a failure of its control thread: " + cause;
        IllegalStateException failure = new IllegalStateException(message, cause);
        attempt(() -> resources.channels().abandon());
        attempt(() -> commands.fail(failure, resources.callbacks()));
        attempt(() -> supervisor.workers().forEach(
                worker -> resources.callbacks().execute(() -> worker.onExit().completeExceptionally(failure))));
        attempt(() -> eventPublisher.failed(message));
        // with an exit to come only restores: otherwise the JVM could end by itself first, with status 0
        attempt(exits ? shutdown::restore : shutdown::end);
        attempt(resources::close);
        attempt(ports::close);
        stopped.accept(failure);
        if (exits) {
            shutdown.exit(EXIT_STATUS);
        }
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            try {
                LOG.warn(
                        "{}: a cleanup step after the failure of the control thread failed, too; the next steps are"
                                + " still attempted",
                        config.name(), e);
            } catch (Throwable again) { // no memory even for a log line
                return;
            }
        }
    }
}
