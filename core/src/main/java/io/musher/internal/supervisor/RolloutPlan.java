package io.musher.internal.supervisor;

import io.musher.ClusterStats.RolloutStats;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.balancer.loop.Nullable;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Rolling reload: replaces all workers by those of another generation, a batch at a time. At most one rollout runs.
 *
 * <pre>
 * forward: slot by slot ─soaked, ready, overlap─▶ old worker stops ─all slots─▶ succeeded: the new one is in force
 *    ├─a replacement fails─▶ KEEP_OLD: rollback, slot by slot ─▶ failed
 *    │                       RETRY: [delay] ─▶ forward
 *    ├─abort───────────────▶ rollback, slot by slot ─▶ aborted
 *    └─another rollout, also during the rollback─▶ superseded
 * </pre>
 *
 * {@link RunningRollout} takes the steps; this class decides about start, rollback, retry and end.
 */
final class RolloutPlan {

    private static final long FIRST_DELAY = 100_000_000L;
    private static final long MAX_DELAY = 15_000_000_000L;

    private final WorkerRegistry registry;
    private final ReloadPolicy policy;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final ResettableTimer retryTimer;
    private final FinalPortCheck portCheck;
    /** Failed replacements of the running rollout so far; determines the retry delay. */
    private int failures;
    private @Nullable RunningRollout current;
    private volatile Optional<RolloutStats> progress = Optional.empty();

    RolloutPlan(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence) {
        this.registry = registry;
        this.policy = registry.config.reload();
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.retryTimer = registry.newTimer();
        this.portCheck = new FinalPortCheck(registry, this::portRefuses);
    }

    // ---- requests

    /** Starts a rollout to the launch and environment of a deploy; supersedes the running one. */
    void deploy(Generation generation, String why, CompletableFuture<Rollout> future) {
        start(generation, why, false, future);
    }

    /**
     * Starts a rollout to the present launch with a new environment. Joins a running one to an equal generation;
     * otherwise supersedes it, and its callers wait for this one instead.
     */
    void reload(Generation generation, String why, CompletableFuture<Rollout> future) {
        if (current != null && current.isForward() && current.generation.equals(generation)) {
            current.futures.add(future);
        } else {
            start(generation, why, true, future);
        }
    }

    private void start(Generation generation, String why, boolean sameProgram, CompletableFuture<Rollout> future) {
        RunningRollout next = new RunningRollout(generation, why, registry, bootQueue, stopSequence);
        if (current != null) {
            supersede(current, next, sameProgram && current.isForward());
        }
        current = next;
        failures = 0;
        next.futures.add(future);
        registry.listener.rolloutStarted(why);
        next.begin();
    }

    private void supersede(RunningRollout ended, RunningRollout next, boolean inherits) {
        String failure = ended.failure().map(text -> text + "; ").orElse("") + "superseded by another rollout: "
                + next.why;
        cancelTimers();
        ended.withdraw("another rollout has started: " + next.why);
        next.supersede(ended, inherits);
        current = null;
        end(ended, Rollout.Outcome.SUPERSEDED, Optional.of(failure));
    }

    /** Rolls back the running rollout, unless there is none or it rolls back already. */
    void abort(CompletableFuture<Void> future) {
        if (current == null) {
            registry.actions.callback(() -> future.complete(null));
            return;
        }
        current.abortFutures.add(future);
        if (current.isForward()) {
            rollBack(current, Rollout.Outcome.ABORTED, "aborted: abortRollout() was called", null);
        }
    }

    private void rollBack(RunningRollout rollout, Rollout.Outcome outcome, String failure,
            @Nullable Incarnation failed) {
        cancelTimers();
        rollout.rollBack(outcome, failure, failed);
    }

    private void cancelTimers() {
        retryTimer.cancel();
        portCheck.cancel();
    }

    /** {@return the generation of the rollout that rolls forward, otherwise the generation in force} */
    Generation target() {
        return current != null ? current.target() : registry.generation;
    }

    /** {@return the progress of the running rollout; may be called from any thread} */
    Optional<RolloutStats> progress() {
        return progress;
    }

    boolean isRunning() {
        return current != null;
    }

    // ---- events of replacements

    /** {@return whether a worker with evidence of readiness has to soak before it is ready} */
    boolean needsSoak(Incarnation worker) {
        return isReplacement(worker) && !worker.soak.isOver() && !policy.soak().isZero();
    }

    /** Returns whether the worker was started by the rollout that rolls forward. */
    private boolean isReplacement(Incarnation worker) {
        return current != null && current.isForward() && worker.generation() == current.generation
                && worker.slot.wanted;
    }

    /** {@return whether the unexpected end of the worker is a failure of the rollout; a kill() is not} */
    boolean isFailure(Incarnation worker) {
        return isReplacement(worker) && !worker.stop.wasKilled();
    }

    void replacementInstalled(Incarnation worker, @Nullable Incarnation old) {
        if (current != null) {
            current.workerInstalled(worker, old);
        }
    }

    /** Rolls back or schedules a retry because a replacement was lost and has left its slot. */
    void replacementFailed(Incarnation worker, String why) {
        Slot slot = worker.slot;
        String text = describe(worker, why);
        if (slot.serving != null) { // otherwise a worker of the old generation completes these futures
            slot.readyFutures.fail(new IllegalStateException("the rollout: " + text));
        }
        if (policy.onFailure() == ReloadPolicy.OnFailure.KEEP_OLD) {
            rollBack(running(), Rollout.Outcome.FAILED, text, worker);
        } else {
            running().withdraw(slot, "the rollout retries after a delay: " + text);
            delayRetry(worker, why);
        }
    }

    private void portRefuses(Incarnation worker) {
        String why = "was ready and refuses connections at the end of the rollout: " + worker.why();
        if (policy.onFailure() == ReloadPolicy.OnFailure.KEEP_OLD) {
            rollBack(running(), Rollout.Outcome.FAILED, describe(worker, why), worker);
        } else { // the worker either accepts again or is replaced as unhealthy
            delayRetry(worker, why);
        }
    }

    private RunningRollout running() {
        // asked in the turn in which isFailure() was true, or by the port check, which ends with the rollout
        return Objects.requireNonNull(current);
    }

    private void delayRetry(Incarnation worker, String why) {
        long delay = Math.min(MAX_DELAY, FIRST_DELAY << Math.min(failures++, 20));
        registry.listener.rolloutDelayed(worker, delay, why);
        retryTimer.set(delay, () -> {});
    }

    private static String describe(Incarnation worker, String why) {
        return worker.label() + " " + why;
    }

    // ---- steps

    /** Performs the next steps that are possible; called after each input. */
    void advance() {
        if (current != null && !retryTimer.isSet()) {
            boolean isDone = current.proceed(registry.config.ports() == PortMode.FIXED ? 1 : policy.batch());
            if (isDone && (!current.isForward() || portCheck.isPassed(current.replacements()))) {
                finish(current);
            } else {
                portCheck.expire();
            }
        }
        if (current != null || progress.isPresent()) {
            updateProgress();
        }
    }

    private void updateProgress() {
        progress = Optional.ofNullable(current).map(RunningRollout::progress);
    }

    private void finish(RunningRollout ended) {
        current = null;
        portCheck.cancel();
        if (ended.isForward()) {
            registry.generation = ended.generation;
        }
        end(ended, ended.outcome(), ended.failure());
    }

    /** Ends the running rollout and fails its futures because the cluster stops. */
    void failPending(Throwable why) {
        if (current != null) {
            RunningRollout ended = current;
            current = null;
            cancelTimers();
            ended.futures.fail(why);
            end(ended, Rollout.Outcome.STOPPED, Optional.ofNullable(why.getMessage()));
        }
    }

    private void end(RunningRollout ended, Rollout.Outcome outcome, Optional<String> failure) {
        updateProgress();
        Rollout result = ended.result(outcome, failure);
        registry.listener.rolloutFinished(result, ended.failedWorker(), ended.why);
        ended.futures.complete(result);
        ended.abortFutures.complete(null);
    }
}
