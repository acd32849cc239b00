package io.musher.internal.health;

import io.musher.HealthCheck;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.EventLoop;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Runs all health checks of one worker and reports readiness and liveness to the supervisor. Control thread only; stops
 * by itself when the worker begins to stop or disconnect.
 */
public final class HealthMonitor {

    private final EventLoop loop;
    private final ProcessEvents events;
    private final Incarnation worker;
    private final BooleanSupplier mustAnswer;
    private long number; // of the latest heartbeat
    private final List<HeartbeatCheck> heartbeats = new ArrayList<>();
    /** Readiness checks that the worker does not pass at present. */
    private final Set<HealthCheck> failing = new HashSet<>();

    /**
     * Creates an idle monitor; {@link #begin} starts the checks.
     *
     * @param mustAnswer whether the worker must answer heartbeats: programs without a channel need not
     */
    public HealthMonitor(EventLoop loop, ProcessEvents events, Incarnation worker, BooleanSupplier mustAnswer) {
        this.loop = loop;
        this.events = events;
        this.worker = worker;
        this.mustAnswer = mustAnswer;
    }

    /**
     * Starts the checks.
     *
     * @param proxyProtocol the PROXY header that the worker expects at the start of each connection, if any
     * @param heartbeat sends the worker a heartbeat with the given number
     */
    public void begin(List<HealthCheck> rules, Optional<ProxyProtocol> proxyProtocol, LongConsumer heartbeat) {
        for (HealthCheck rule : rules) {
            boolean isReadiness = rule.role() == HealthCheck.Role.READINESS;
            if (isReadiness) {
                failing.add(rule);
            }
            new ScheduledCheck(loop, rule, worker, check(rule, proxyProtocol, heartbeat),
                    isReadiness ? () -> passes(rule) : () -> {},
                    isReadiness ? why -> readinessFailed(rule, why) : why -> livenessFailed(rule, why)).run();
        }
    }

    private Check check(HealthCheck rule, Optional<ProxyProtocol> proxyProtocol, LongConsumer send) {
        return switch (rule.kind()) {
            case TCP -> PortCheck.connecting(loop, worker::port, proxyProtocol);
            case HTTP ->
                    new PortCheck(loop, worker::port, Optional.of(HttpRequest.bytes(rule.path(), proxyProtocol)), true);
            case HEARTBEAT -> {
                HeartbeatCheck heartbeat = new HeartbeatCheck(send, () -> ++number, mustAnswer);
                heartbeats.add(heartbeat);
                yield heartbeat;
            }
        };
    }

    /** Processes the worker's answer to the heartbeat with the given number. */
    public void answered(long number) {
        heartbeats.forEach(heartbeat -> heartbeat.answered(number));
    }

    private void passes(HealthCheck rule) {
        if (failing.remove(rule) && failing.isEmpty()) {
            events.readinessPassed(worker);
        }
    }

    private void readinessFailed(HealthCheck rule, String why) {
        failing.add(rule);
        events.readinessFailed(worker, why);
    }

    private void livenessFailed(HealthCheck rule, String why) {
        events.livenessFailed(worker, why, rule.kind() == HealthCheck.Kind.HEARTBEAT);
    }
}
