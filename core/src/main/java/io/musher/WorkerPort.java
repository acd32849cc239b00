package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.bind.BindRule;
import io.musher.internal.health.PortReadinessProbe;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Owns what the primary has of one worker's port: the lease, the probe while the process runs, and the rule that the
 * worker JVM applies when its application binds the common port. Control thread only.
 */
final class WorkerPort {

    private final ClusterConfig config;
    private final EventLoop control;
    private final Optional<CommonPort> commonPort;
    private final Optional<BindRule> bindRule;
    private final PortAllocator ports;
    private final Incarnation incarnation;
    private final ProcessEvents events;
    private final boolean isCommand;
    private Optional<PortLease> lease = Optional.empty();
    /** Null before the fork, and if the port is not probed. */
    private @Nullable PortReadinessProbe probe;
    /** Whether a joined JVM has not reported yet that its main method has returned. */
    private boolean mainRuns;
    /** Whether the worker has called {@code listening(port)}. */
    private boolean claimed;

    WorkerPort(WorkerSession.Factory cluster, Incarnation incarnation, ProcessEvents events, boolean isCommand) {
        this.config = cluster.config();
        this.control = cluster.resources().control();
        this.commonPort = cluster.resources().commonPort();
        this.bindRule = isCommand ? Optional.empty() : commonPort.flatMap(CommonPort::bindRule);
        this.ports = cluster.ports();
        this.incarnation = incarnation;
        this.events = events;
        this.isCommand = isCommand;
    }

    /** {@return whether the primary probes the port, instead of trusting what the worker reports} */
    boolean isProbed() {
        return config.watchesPorts();
    }

    /** {@return the common port if the workers listen on it themselves} */
    OptionalInt sharedPort() {
        return commonPort.filter(CommonPort::isShared).map(port -> OptionalInt.of(port.address().getPort()))
                .orElseGet(OptionalInt::empty);
    }

    /** {@return what the worker does when its application binds the common port} */
    Optional<BindRule> bindRule() {
        return bindRule;
    }

    /**
     * Learns from the last output of a worker that has not come to listen.
     *
     * @return whether the next worker will have another bind rule
     */
    boolean bindsDifferentlyNextTime(String output) {
        return !isCommand && commonPort.filter(port -> port.learnsFrom(bindRule, output)).isPresent();
    }

    /** Reserves the port for the process; empty if workers have none. */
    Optional<PortLease> lease() throws IOException {
        lease = ports.lease(incarnation);
        return lease;
    }

    /** Gives the lease back: the process has ended, or was not started. */
    void release() {
        lease.ifPresent(held -> ports.release(incarnation, held));
    }

    /** The process runs: begins to probe its port, if ports are probed. */
    void spawned(WorkerProcess process) {
        if (!isProbed()) {
            return;
        }
        probe = new PortReadinessProbe(control, events, incarnation, process,
                config.readiness() == Readiness.PORT_OPEN, sharedPort().isPresent(), advice(), config.proxyProtocol(),
                () -> mainRuns);
        probe.diagnoseBefore(config.startTimeout());
        if (claimed) {
            probe.claimed();
        }
        probe.begin(!isCommand);
    }

    private String advice() {
        return sharedPort().isPresent() ? StartFailures.SHARING_ADVICE
                : !isCommand && commonPort.isPresent() && config.redirection().isEmpty()
                        ? StartFailures.REDIRECTION_ADVICE : "";
    }

    /** The worker has called {@code notReady()}. */
    void notReady() {
        commonPort.ifPresent(port -> port.notReady(incarnation.label()));
    }

    void helloReceived() {
        mainRuns = !isCommand;
    }

    /** The worker has reported its port: the probe accepts it, whichever process listens on it. */
    void claimed() {
        claimed = true;
        if (probe != null) {
            probe.claimed();
        }
    }

    void mainReturned() {
        mainRuns = false;
        if (probe != null) {
            probe.mainReturned();
        }
    }

    /** Probes the port once more, as {@link io.musher.internal.supervisor.WorkerHandle#checkPort} says. */
    boolean check(Runnable done) {
        PortReadinessProbe started = probe;
        if (started == null) {
            return false;
        }
        control.execute(() -> started.poll(() -> control.tryExecute(done))); // a refusal may be reported at once
        return true;
    }
}
