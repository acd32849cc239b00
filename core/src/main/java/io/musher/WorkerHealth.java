package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.health.HealthMonitor;
import io.musher.internal.ipc.Channel;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.util.function.BooleanSupplier;

/** Runs the health checks of one worker, and warns if heartbeats cannot check it. Control thread only. */
final class WorkerHealth {

    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    private final ClusterConfig config;
    private final Incarnation incarnation;
    private final BooleanSupplier hasJoined;
    private final HealthMonitor monitor;
    private boolean hasWarned;

    /** {@code hasJoined}: whether the program has said hello on its channel. */
    WorkerHealth(ClusterConfig config, EventLoop control, ProcessEvents events, Incarnation incarnation,
            BooleanSupplier hasJoined) {
        this.config = config;
        this.incarnation = incarnation;
        this.hasJoined = hasJoined;
        this.monitor = new HealthMonitor(control, events, incarnation, this::mustAnswerHeartbeats);
    }

    void begin(Channel channel) {
        monitor.begin(config.healthChecks(), config.proxyProtocol(), channel::heartbeat);
    }

    void answered(long heartbeat) {
        monitor.answered(heartbeat);
    }

    /** {@return whether the worker has a channel} Warns once if it is ready without one. */
    private boolean mustAnswerHeartbeats() {
        boolean joined = hasJoined.getAsBoolean();
        if (!joined && !hasWarned && incarnation.countsFailedChecks()) {
            hasWarned = true;
            OPERATOR.warn("{}: {} is not checked by heartbeats: its program has not joined the cluster, which answers"
                    + " them; check http or tcp instead, or call WorkerContext.current() in it", config.name(),
                    incarnation.label());
        }
        return joined;
    }
}
