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

/** All health checks of one worker; ends by itself when the worker's end begins. */
public final class HealthMonitor {

    private final EventLoop loop;
    private final ProcessEvents facts;
    private final Incarnation worker;
    private final BooleanSupplier knowsHeartbeats;
    private long number; // of the last heartbeat
    private final List<HeartbeatCheck> heartbeats = new ArrayList<>();
    /** Checks of readiness that it does not pass. */
    private final Set<HealthCheck> failing = new HashSet<>();

    /**
     * Checks nothing yet.
     *
     * @param loop the control loop
     * @param facts who is told
     * @param worker whose process runs
     * @param knowsHeartbeats whether it must answer them: a program of another kind, or without a channel, need not
     */
    public HealthMonitor(EventLoop loop, ProcessEvents facts, Incarnation worker, BooleanSupplier knowsHeartbeats) {
        this.loop = loop;
        this.facts = facts;
        this.worker = worker;
        this.knowsHeartbeats = knowsHeartbeats;
    }

    /**
     * Begins.
     *
     * @param rules what to check
     * @param proxied the header that workers expect of whoever connects
     * @param heartbeat sends the worker a heartbeat of a number
     */
    public void begin(List<HealthCheck> rules, Optional<ProxyProtocol> proxied, LongConsumer heartbeat) {
        for (HealthCheck rule : rules) {
            boolean gates = rule.role() == HealthCheck.Role.READINESS;
            if (gates) {
                failing.add(rule);
            }
            new ScheduledCheck(loop, rule, worker, check(rule, proxied, heartbeat), gates ? () -> passes(rule) : () -> { },
                    gates ? why -> readinessFailed(rule, why) : why -> livenessFailed(rule, why)).ask();
        }
    }

    private Check check(HealthCheck rule, Optional<ProxyProtocol> proxied, LongConsumer send) {
        return switch (rule.kind()) {
            case TCP -> new PortCheck(loop, worker::port, HttpRequest.none(proxied), false);
            case HTTP -> new PortCheck(loop, worker::port, Optional.of(HttpRequest.bytes(rule.path(), proxied)), true);
            case HEARTBEAT -> {
                HeartbeatCheck heartbeat = new HeartbeatCheck(send, () -> ++number, knowsHeartbeats);
                heartbeats.add(heartbeat);
                yield heartbeat;
            }
        };
    }

    /**
     * The worker has answered a heartbeat.
     *
     * @param number of the heartbeat
     */
    public void answered(long number) {
        heartbeats.forEach(heartbeat -> heartbeat.answered(number));
    }

    private void passes(HealthCheck rule) {
        if (failing.remove(rule) && failing.isEmpty()) {
            facts.readinessPassed(worker);
        }
    }

    private void readinessFailed(HealthCheck rule, String why) {
        failing.add(rule);
        facts.readinessFailed(worker, why);
    }

    private void livenessFailed(HealthCheck rule, String why) {
        facts.livenessFailed(worker, why, rule.kind() == HealthCheck.Kind.HEARTBEAT);
    }
}
