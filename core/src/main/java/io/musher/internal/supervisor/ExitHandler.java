package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.Nullable;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Handles exits that the supervisor did not initiate: reaped processes, failed spawns, lost channels, hanging
 * workers, and workers that ask to stop or disconnect. {@link RestartController} decides about a restart.
 */
final class ExitHandler {

    /** Time for a port that refuses connections to accept again; startTimeout if that is shorter. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final WorkerRegistry registry;
    private final StartupTracker startup;
    private final StopSequence stopSequence;
    private final RestartController restarts;
    private final RolloutPlan rollout;
    private final Recycler recycler;
    private final ClusterLifecycle lifecycle;

    ExitHandler(WorkerRegistry registry, StartupTracker startup, StopSequence stopSequence, RestartController restarts,
            RolloutPlan rollout, Recycler recycler, ClusterLifecycle lifecycle) {
        this.registry = registry;
        this.startup = startup;
        this.stopSequence = stopSequence;
        this.restarts = restarts;
        this.rollout = rollout;
        this.recycler = recycler;
        this.lifecycle = lifecycle;
    }

    void exited(Incarnation worker, int status, Optional<String> signal) {
        if (worker.isCommand() && !worker.channel.saidHello()) {
            startup.online(worker, "it ran");
        }
        boolean startsAgain = startsAgain(worker);
        Exit exit = exit(worker, status, signal, startsAgain);
        stopSequence.markDisconnected(worker, exit.toString());
        Runnable followUp = startsAgain ? () -> restarts.startAgain(worker)
                : restartAfterLoss(worker, status != 0 || worker.stop.cause() != null, why(worker, exit), null);
        worker.slot.lastExit = Optional.of(exit);
        if (isFailure(exit)) {
            worker.slot.failures++;
        }
        markDead(worker, exit.toString());
        registry.listener.exited(worker, exit);
        registry.actions.callback(() -> worker.onExit().complete(exit));
        followUp.run();
    }

    private static Exit exit(Incarnation worker, int status, Optional<String> signal, boolean startsAgain) {
        Exit.Cause cause = startsAgain ? Exit.Cause.PORT_TAKEN : worker.stop.cause();
        if (cause == null) {
            cause = !worker.wasReady() ? Exit.Cause.NEVER_READY : status == 0 ? Exit.Cause.EXITED : Exit.Cause.CRASHED;
        }
        boolean voluntary = cause == Exit.Cause.STOPPED || cause == Exit.Cause.DISCONNECTED;
        return new Exit(signal.isPresent() ? OptionalInt.empty() : OptionalInt.of(status), signal, voluntary, cause,
                status);
    }

    /** {@return whether the exit counts as a failure of the worker, not as an end that was requested or regular} */
    private static boolean isFailure(Exit exit) {
        return switch (exit.cause()) {
            case CRASHED, START_TIMEOUT, CHANNEL_LOST, UNHEALTHY -> true;
            case NEVER_READY -> exit.status() != 0;
            default -> false;
        };
    }

    private static String why(Incarnation worker, Exit exit) {
        return switch (exit.cause()) {
            case START_TIMEOUT -> exit + ": " + worker.stopReason() + worker.handle().advice();
            case NEVER_READY -> exit + worker.handle().advice();
            default -> exit.toString();
        };
    }

    void spawnFailed(Incarnation worker, Throwable cause) {
        String why = "could not be started: " + cause.getMessage();
        worker.slot.failures++;
        Runnable followUp = restartAfterLoss(worker, true, why, cause);
        markDead(worker, why);
        Throwable failure = new IllegalStateException(worker + " " + why, cause);
        registry.actions.callback(() -> worker.onExit().completeExceptionally(failure));
        followUp.run();
    }

    void disconnectRequested(Incarnation worker) {
        if (isInPlace(worker)) {
            Runnable followUp = restartAfterLoss(worker, false, "it called disconnect()", null);
            stopSequence.detach(worker, "it called disconnect()");
            followUp.run();
        }
    }

    void stopRequested(Incarnation worker) {
        if (isInPlace(worker)) {
            Runnable followUp = restartAfterLoss(worker, false, "it asked for a stop", null);
            stopSequence.release(worker, "it asked for a stop");
            followUp.run();
        } else {
            stopSequence.resendStop(worker);
        }
    }

    void channelEnded(Incarnation worker, boolean goodbye) {
        String why = goodbye ? "it said goodbye" : "its channel closed without goodbye";
        stopSequence.channelLost(worker, why,
                () -> channelOutlived(worker, goodbye, why + ", but its process is still running"));
    }

    /**
     * Replaces a worker whose process outlives its channel. If the exit status decides about the restart or has to be
     * reported, the slot waits for the exit instead.
     */
    private void channelOutlived(Incarnation worker, boolean goodbye, String why) {
        Slot slot = worker.slot;
        boolean isReported = lifecycle.isStarting()
                || worker == slot.starting && (slot.serving != null || rollout.isFailure(worker));
        if (isReported || restarts.needsExitStatus(goodbye)) {
            stopSequence.endExitWait(worker);
            return;
        }
        Runnable followUp = startsAgain(worker) ? () -> restarts.startAgain(worker)
                : restartAfterLoss(worker, true, why, null);
        slot.release(worker);
        stopSequence.endExitWait(worker);
        followUp.run();
    }

    /** Withdraws a worker whose port refuses connections; replaces the worker unless the port accepts again in time. */
    void portRefuses(Incarnation worker, String why) {
        if (startup.portRefuses(worker, why)) {
            Duration grace = registry.config.startTimeout().compareTo(GRACE) < 0 ? registry.config.startTimeout()
                    : GRACE;
            worker.readiness.ifPortStillRefuses(grace,
                    () -> livenessFailed(worker, why + ", for " + Durations.text(grace), false));
        }
    }

    /** Replaces a hanging worker at once, and requests a thread dump before stopping it. */
    void livenessFailed(Incarnation worker, String why, boolean unresponsive) {
        if (isInPlace(worker) && worker.countsFailedChecks()) {
            Runnable followUp = restartAfterLoss(worker, true, why, null);
            stopSequence.requestThreadDump(worker, why, unresponsive);
            followUp.run();
        }
    }

    /** Starts a worker again that does not listen on its port, if it would start in another way. */
    void portMissing(Incarnation worker) {
        if (worker.isBooting() && startsAgain(worker)) {
            stopSequence.stopWithoutPort(worker, "it found the common port taken, and goes on without a port");
            restarts.startAgain(worker);
        }
    }

    /** Reports a booting worker that should have listened long ago. */
    void portOverdue(Incarnation worker, String what) {
        if (worker.isBooting()) {
            registry.listener.portOverdue(worker, what + "; it is waited for up to startTimeout ("
                    + Durations.text(registry.config.startTimeout()) + ")");
        }
    }

    /**
     * Returns whether the worker, which was not ready, is started again in another way, in place of everything else
     * that follows from its loss. That is no failure, neither of the worker nor of a rollout.
     */
    private static boolean startsAgain(Incarnation worker) {
        Slot slot = worker.slot;
        Exit.Cause cause = worker.stop.cause();
        boolean isFailedStart = cause == null || cause == Exit.Cause.START_TIMEOUT || cause == Exit.Cause.CHANNEL_LOST;
        return worker == slot.starting && slot.wanted && !slot.queued && !worker.wasReady() && isFailedStart
                && worker.handle().startsDifferentlyNextTime();
    }

    private static boolean isInPlace(Incarnation worker) {
        return worker.slot.owns(worker) && worker.isWorking();
    }

    private void markDead(Incarnation worker, String why) {
        worker.cancelTimers();
        worker.slot.forget(worker);
        worker.channel.markUnreachable();
        worker.fork.clearDeferred();
        registry.setState(worker, WorkerState.DEAD, why);
        registry.remove(worker);
        stopSequence.ended();
        registry.publish();
    }

    /**
     * Decides what follows from the loss of a worker: rollback, failed start, restart or nothing.
     *
     * @param failed whether the restart policy counts the loss as a failure
     * @return the action, to be run after the worker has left its slot
     */
    private Runnable restartAfterLoss(Incarnation worker, boolean failed, String why, @Nullable Throwable cause) {
        Slot slot = worker.slot;
        if (!slot.owns(worker)) {
            return () -> {};
        }
        if (rollout.isFailure(worker)) {
            String when = worker.soak.isRunning() ? "in its soak time: " : worker == slot.starting && worker.wasReady()
                    ? "in its overlap: " : "";
            return () -> rollout.replacementFailed(worker, when + why);
        }
        if (worker == slot.starting && slot.serving != null) {
            String text = "the replacement, worker " + worker.id() + ": " + why;
            return () -> {
                recycler.failed(slot);
                slot.readyFutures.fail(new IllegalStateException(text, cause));
            };
        }
        return () -> {
            if (slot.wanted && lifecycle.isStarting() && !worker.stop.wasKilled()) {
                lifecycle.startFailed(worker, why, cause);
            } else if (slot.wanted && slot.isVacant() && cause != null) {
                restarts.startFailed(worker, why, cause);
            } else if (slot.wanted && slot.isVacant()) {
                restarts.workerLost(worker, failed, why);
            }
        };
    }
}
