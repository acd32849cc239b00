package io.musher.internal.supervisor;

import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;

/**
 * Tracks a worker from fork to ready: hello, listening, port probe, {@code ready()}, start timeout and soak. Tracks
 * changes of readiness afterwards, too, such as {@code notReady()}, failed readiness checks and a port that refuses
 * connections.
 */
final class StartupTracker {

    /** A command that has run for this time without a hello counts as online and without a channel. */
    private static final Duration MIN_COMMAND_LIFE = Duration.ofSeconds(1);

    private final WorkerRegistry registry;
    private final StopSequence stopSequence;
    private final RolloutPlan rollout;

    StartupTracker(WorkerRegistry registry, StopSequence stopSequence, RolloutPlan rollout) {
        this.registry = registry;
        this.stopSequence = stopSequence;
        this.rollout = rollout;
    }

    void spawned(Incarnation worker, StartedProcess process) {
        worker.forked(process);
        registry.add(worker);
        registry.listener.forked(worker, worker.why());
        worker.startTimer.set(registry.config.startTimeout(), () -> stopSequence.startTimedOut(worker));
        if (process.command()) {
            worker.minLifeTimer.set(MIN_COMMAND_LIFE, () -> stayedAlive(worker));
        }
        List<Runnable> deferred = List.copyOf(worker.beforeForked);
        worker.beforeForked.clear();
        deferred.forEach(Runnable::run);
    }

    /** {@return whether the channel may stay open} */
    boolean hello(Incarnation worker) {
        if (worker.disconnectReported || worker.goodbyeSent || !worker.isAlive()) {
            return false;
        }
        StopSequence.whenForked(worker, () -> {
            if (worker.isAlive() && !worker.goodbyeSent) {
                worker.saidHello = true;
                worker.connected(true);
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
        online(worker, "it runs");
        if (registry.config.readinessRule() == ReadinessRule.STARTED) {
            readinessReached(worker, "it has run for a second");
        }
    }

    /** Reports once that the program runs; a command that has not said hello so far counts as having no channel. */
    void online(Incarnation worker, String why) {
        if (worker.online || worker.disconnectReported) {
            return;
        }
        worker.online = true;
        if (worker.isCommand() && !worker.saidHello) {
            worker.connected(false);
        }
        if (worker.state() == WorkerState.STARTING) {
            registry.setState(worker, WorkerState.ONLINE, why);
        }
        registry.listener.online(worker, why);
    }

    void listening(Incarnation worker, int port) {
        claims(worker, port);
        if (!worker.disconnectReported) {
            portServes(worker, "it listens on port " + port);
        }
    }

    void claims(Incarnation worker, int port) {
        if (worker.disconnectReported) {
            return;
        }
        online(worker, "it listens");
        worker.port(port);
        worker.claims = true;
        worker.refuses = false; // another port refused, or the probe will find this one refusing again
        worker.portRefusalTimer.cancel();
        registry.listener.listening(worker, port);
        registry.publish();
    }

    void portAccepts(Incarnation worker) {
        if (!worker.refuses) {
            portServes(worker, worker.claims ? "it listens on port " + worker.port().getAsInt() : "its port accepts");
            return;
        }
        worker.refuses = false;
        worker.portRefusalTimer.cancel();
        if (worker.readyReason != null && !worker.pausedByWorker && !worker.soaking) {
            markReady(worker, "its port accepts again");
        }
    }

    /**
     * Withdraws the worker if it is READY.
     *
     * @return whether the worker's port began to refuse connections just now; false after notReady(), when the worker
     *     may close its port
     */
    boolean refuses(Incarnation worker, String why) {
        if (worker.refuses || worker.pausedByWorker || !worker.isJudged()) {
            return false;
        }
        worker.refuses = true;
        if (worker.state() == WorkerState.READY) {
            worker.readyReason = "it was ready before";
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
        if (worker.isBooting() && !worker.pausedByWorker) {
            markReady(worker, why);
        }
    }

    void ready(Incarnation worker) {
        worker.pausedByWorker = false;
        if (worker.isBooting() || worker.state() == WorkerState.NOT_READY) {
            markReady(worker, "it said ready()");
        }
    }

    void notReady(Incarnation worker) {
        worker.pausedByWorker = true;
        worker.refuses = false; // a worker that said notReady() may close its port
        worker.portRefusalTimer.cancel();
        if (worker.state() == WorkerState.READY) {
            withdraw(worker, "it said notReady()");
        }
    }

    void readinessPassed(Incarnation worker) {
        String evidence = worker.readyReason;
        worker.readinessFailing = false;
        worker.readinessFailure = "";
        worker.readyReason = null;
        boolean awaitsReadiness = worker.isBooting() || worker.state() == WorkerState.NOT_READY;
        if (evidence != null && awaitsReadiness && !worker.pausedByWorker) {
            markReady(worker, evidence);
        }
    }

    void readinessFailed(Incarnation worker, String why) {
        worker.readinessFailing = true;
        worker.readinessFailure = why;
        if (worker.state() == WorkerState.READY) {
            worker.readyReason = "it was ready before";
            withdraw(worker, why);
        } else if (worker.readyReason != null) {
            worker.setState(worker.state(), worker.readyReason + ", but " + why);
        }
    }

    private void withdraw(Incarnation worker, String why) {
        registry.setState(worker, WorkerState.NOT_READY, why);
        registry.publish();
        registry.listener.notReady(worker, why);
    }

    private void markReady(Incarnation worker, String evidence) {
        if (!worker.slot.owns(worker)) {
            return; // released while the process was being started
        }
        online(worker, evidence);
        if (worker.readinessFailing) {
            worker.readyReason = evidence;
            registry.setState(worker, worker.state(), evidence + ", and has to pass its health check");
            return;
        }
        if (worker.refuses) {
            worker.readyReason = evidence;
            registry.setState(worker, worker.state(), evidence + ", but its port refuses connections");
            return;
        }
        String why = registry.config.hasReadinessCheck() ? evidence + ", and passes its health check" : evidence;
        worker.startTimer.cancel();
        if (rollout.needsSoak(worker)) {
            soak(worker, evidence);
            return;
        }
        registry.setState(worker, WorkerState.READY, why);
        if (worker.wasReady) {
            registry.publish();
            registry.listener.ready(worker, why);
            return;
        }
        worker.wasReady = true;
        worker.readyAt = registry.actions.now();
        Incarnation old = worker.slot.workerReady(worker);
        rollout.replacementReady(worker, old);
        registry.publish();
        worker.slot.readyFutures.complete(worker); // after publish(): callers may connect at once
        registry.listener.ready(worker, why);
        if (old != null) {
            stopSequence.stop(old, "worker " + worker.id() + " takes its place");
        }
    }

    /** Lets a replacement run for the soak time before it gets traffic; then its readiness is evaluated again. */
    private void soak(Incarnation worker, String why) {
        if (worker.soaking) {
            return;
        }
        worker.soaking = true;
        Duration time = registry.config.reload().soak();
        registry.setState(worker, WorkerState.ONLINE, why + ", and gets traffic when it has lived on for " + time);
        worker.soakTimer.set(time, () -> {
            worker.soaking = false;
            worker.soaked = true;
            if (worker.pausedByWorker || worker.readinessFailing || worker.refuses) { // the start timeout begins anew
                worker.startTimer.set(registry.config.startTimeout(), () -> stopSequence.startTimedOut(worker));
            }
            readinessReached(worker, why + ", and has lived on for " + time);
        });
    }
}
