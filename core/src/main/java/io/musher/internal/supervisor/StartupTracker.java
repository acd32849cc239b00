package io.musher.internal.supervisor;

import io.musher.WorkerState;
import io.musher.balancer.loop.Durations;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Tracks a worker from fork to ready: hello, listening, port probe, {@code ready()}, warm-up, start timeout and soak.
 * Tracks changes of readiness afterwards, too, such as {@code notReady()}, failed readiness checks and a port that
 * refuses connections.
 */
final class StartupTracker {

    /**
     * A command that has run for this time without a hello counts as online and without a channel; half of a shorter
     * start timeout, which no command would meet otherwise.
     */
    private static final Duration MIN_COMMAND_LIFE = Duration.ofSeconds(1);

    private final WorkerRegistry registry;
    private final StopSequence stopSequence;
    private final RolloutPlan rollout;
    private final Takeover takeover;

    StartupTracker(WorkerRegistry registry, StopSequence stopSequence, RolloutPlan rollout, Takeover takeover) {
        this.registry = registry;
        this.stopSequence = stopSequence;
        this.rollout = rollout;
        this.takeover = takeover;
    }

    void spawned(Incarnation worker, StartedProcess process) {
        worker.forked(process);
        registry.add(worker);
        registry.listener.forked(worker, worker.why());
        worker.startTimer.setTimeout(registry.config.startTimeout(), () -> startTimedOut(worker));
        if (!process.joins()) {
            Duration half = registry.config.startTimeout().dividedBy(2);
            worker.minLifeTimer.set(half.compareTo(MIN_COMMAND_LIFE) < 0 ? half : MIN_COMMAND_LIFE,
                    () -> stayedAlive(worker));
        }
        worker.fork.runDeferred();
    }

    /** {@return whether the channel may stay open} */
    boolean hello(Incarnation worker) {
        if (!worker.channel.acceptsHello() || !worker.isAlive()) {
            return false;
        }
        worker.fork.whenDone(() -> {
            if (worker.isAlive() && !worker.channel.isGoodbyeSent()) {
                worker.channel.helloReceived();
                online(worker, "it said hello");
                if (registry.config.readinessRule() == ReadinessRule.STARTED && !worker.isCommand()) {
                    readinessReached(worker, "it said hello");
                }
                stopSequence.resendStop(worker);
            }
        });
        return true;
    }

    private void stayedAlive(Incarnation worker) {
        if (!worker.handle().isProcessAlive()) {
            return; // on a busy machine the timer may precede the report of the exit
        }
        boolean ready = registry.config.readinessRule() == ReadinessRule.STARTED;
        if (ready || worker.isCommand()) {
            online(worker, "it runs");
        }
        if (ready) {
            readinessReached(worker, "it has run for a second");
        }
    }

    /** Reports once that the program runs; a command that has not said hello so far counts as having no channel. */
    void online(Incarnation worker, String why) {
        if (worker.channel.isDisconnected() || !worker.markOnline()) {
            return;
        }
        if (worker.isCommand() && !worker.channel.saidHello()) {
            worker.channel.markUnreachable();
        }
        if (worker.state() == WorkerState.STARTING) {
            registry.setState(worker, WorkerState.ONLINE, why);
        }
        registry.listener.online(worker, why);
    }

    void listening(Incarnation worker, InetSocketAddress address) {
        portClaimed(worker, address);
        if (!worker.channel.isDisconnected()) {
            portServes(worker, "it listens on port " + address.getPort());
        }
    }

    void portClaimed(Incarnation worker, InetSocketAddress address) {
        if (worker.channel.isDisconnected()) {
            return;
        }
        int port = address.getPort();
        online(worker, "it listens");
        boolean isKnown = worker.readiness.isFoundAt(port);
        worker.port(port);
        worker.readiness.claimPort();
        if (!isKnown) {
            registry.listener.listening(worker, address, "the worker reported its port");
        }
        registry.publish();
    }

    void portAccepts(Incarnation worker) {
        if (!worker.readiness.isPortRefusing()) {
            portServes(worker, worker.readiness.claimsPort() ? "it listens on port " + worker.port().getAsInt()
                    : "its port accepts");
            return;
        }
        worker.readiness.portAccepts();
        if (worker.readiness.evidence() != null && !worker.readiness.isPaused() && !worker.soak.isRunning()) {
            markReady(worker, "its port accepts again");
        }
    }

    /** Reports once that a booting worker listens, unless it has done so itself. */
    void portFound(Incarnation worker, InetSocketAddress address) {
        int port = address.getPort();
        boolean isCurrent = worker.port().isPresent() && worker.port().getAsInt() == port;
        if (worker.isBooting() && isCurrent && !worker.readiness.claimsPort() && !worker.channel.isDisconnected()
                && worker.readiness.portFound(port)) {
            online(worker, "its port accepts");
            registry.listener.listening(worker, address, "its port accepts");
        }
    }

    /**
     * Withdraws the worker if it is READY.
     *
     * @return whether the worker's port began to refuse connections just now; false after notReady(), when the worker
     *     may close its port
     */
    boolean portRefuses(Incarnation worker, String why) {
        if (worker.readiness.isPortRefusing() || worker.readiness.isPaused() || !worker.countsFailedChecks()) {
            return false;
        }
        worker.readiness.portRefuses();
        if (worker.state() == WorkerState.READY) {
            worker.readiness.keepEvidence("it was ready before");
            withdraw(worker, why);
        }
        return true;
    }

    private void portServes(Incarnation worker, String why) {
        if (registry.config.readinessRule() == ReadinessRule.PORT_ACCEPTS) {
            readinessReached(worker, why);
        }
    }

    private void readinessReached(Incarnation worker, String why) {
        if (worker.isBooting() && !worker.readiness.isPaused()) {
            markReady(worker, why);
        }
    }

    void ready(Incarnation worker) {
        worker.readiness.resume();
        if (worker.isBooting() || worker.state() == WorkerState.NOT_READY) {
            markReady(worker, "it called ready()");
        }
    }

    void notReady(Incarnation worker) {
        worker.readiness.pause();
        if (worker.state() == WorkerState.READY) {
            withdraw(worker, "it called notReady()");
        }
    }

    void readinessPassed(Incarnation worker) {
        worker.readiness.checkPassed();
        resume(worker);
    }

    /** Makes a worker ready that had the evidence of it before something else was missing. */
    private void resume(Incarnation worker) {
        String evidence = worker.readiness.evidence();
        worker.readiness.keepEvidence(null);
        boolean awaitsReadiness = worker.isBooting() || worker.state() == WorkerState.NOT_READY;
        if (evidence != null && awaitsReadiness && !worker.readiness.isPaused()) {
            markReady(worker, evidence);
        }
    }

    void readinessFailed(Incarnation worker, String why) {
        worker.readiness.checkFailed(why);
        if (worker.state() == WorkerState.READY) {
            worker.readiness.keepEvidence("it was ready before");
            withdraw(worker, why);
        } else if (worker.readiness.evidence() != null) {
            worker.setState(worker.state(), worker.readiness.evidence() + ", but " + why);
        }
    }

    private void withdraw(Incarnation worker, String why) {
        registry.setState(worker, WorkerState.NOT_READY, why);
        registry.publish();
        registry.listener.notReady(worker, why);
        takeover.notReady(worker, () -> startTimedOut(worker));
    }

    private void markReady(Incarnation worker, String evidence) {
        if (!worker.slot.owns(worker)) {
            return; // released while the process was being started
        }
        online(worker, evidence);
        String obstacle = worker.readiness.obstacle();
        if (!obstacle.isEmpty()) {
            worker.readiness.keepEvidence(evidence);
            registry.setState(worker, worker.state(), evidence + obstacle);
            return;
        }
        if (worker.readiness.needsWarmUp()) {
            warmUp(worker, evidence);
            return;
        }
        String why = registry.config.hasReadinessCheck() ? evidence + ", and passes its health check" : evidence;
        worker.startTimer.cancel();
        if (rollout.needsSoak(worker)) {
            soak(worker, evidence);
            return;
        }
        registry.setState(worker, WorkerState.READY, why);
        if (!worker.markReady(registry.actions.now())) {
            registry.publish();
            registry.listener.ready(worker, why);
            takeover.readyAgain(worker);
            return;
        }
        takeover.ready(worker, why);
    }

    private void warmUp(Incarnation worker, String evidence) {
        worker.readiness.keepEvidence(evidence);
        if (worker.readiness.beginWarmUp()) {
            registry.setState(worker, worker.state(), evidence + ", and is being warmed up");
            worker.handle().warmUp();
        }
    }

    void warmedUp(Incarnation worker) {
        worker.readiness.warmedUp();
        resume(worker);
    }

    /** Lets a replacement run for the soak time before it gets traffic; then its readiness is evaluated again. */
    private void soak(Incarnation worker, String why) {
        if (worker.soak.isRunning()) {
            return;
        }
        Duration time = registry.config.reload().soak();
        String shown = Durations.text(time);
        registry.setState(worker, WorkerState.ONLINE, why + ", and gets traffic after running for another " + shown);
        worker.soak.begin(time, () -> {
            if (worker.readiness.isBlocked()) { // the start timeout begins anew
                worker.startTimer.setTimeout(registry.config.startTimeout(), () -> startTimedOut(worker));
            }
            readinessReached(worker, why + ", and has run for another " + shown);
        });
    }

    private void startTimedOut(Incarnation worker) {
        stopSequence.startTimedOut(worker, "not ready within startTimeout ("
                + Durations.text(registry.config.startTimeout()) + "): " + missing(worker));
    }

    /** Returns what was missing for readiness, and what was observed instead. */
    private String missing(Incarnation worker) {
        if (!worker.readiness.checkFailure().isEmpty()) {
            return "its health check did not pass: " + worker.readiness.checkFailure();
        } else if (worker.readiness.isPaused()) {
            return "it called notReady(), and not ready() since";
        } else if (worker.readiness.needsWarmUp() && worker.readiness.evidence() != null) {
            return "its warm-up did not end: " + worker.readiness.warmUpFailure();
        }
        return switch (registry.config.readinessRule()) {
            case EXPLICIT -> "it did not call ready()";
            case PORT_ACCEPTS ->
                    "it did not listen on its port" + (worker.port().isPresent() ? " " + worker.port().getAsInt() : "")
                            + ", nor call ready() or listening(port)"
                            + (worker.observed().isEmpty() ? "" : ": " + worker.observed());
            case STARTED -> worker.isCommand() ? "it did not run for a second" : "it did not join the cluster";
        };
    }
}
