package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Rolling reload: replaces all workers by those of another generation, a batch at a time. At most one rollout runs.
 *
 * <pre>
 * forward: slot by slot ─ready, soaked─▶ old worker stops ─all slots─▶ succeeded: the new generation is in force
 *    ├─a replacement fails─▶ KEEP_OLD: rollback, slot by slot ─▶ failed
 *    │                       RETRY: [delay] ─▶ forward
 *    ├─abort───────────────▶ rollback, slot by slot ─▶ aborted
 *    └─another rollout, also during the rollback─▶ superseded
 * </pre>
 *
 * <p>A generation ({@code edition} in the code) is the launch and environment that workers are started from; the
 * supervisor only compares generations.
 */
final class RolloutPlan {

    /** Maximum time for the final check of the ports, a little more than a connection attempt may take. */
    private static final Duration PORT_CHECK_TIMEOUT = Duration.ofSeconds(3);
    private static final long FIRST_DELAY = 100_000_000L;
    private static final long LONGEST_DELAY = 15_000_000_000L;

    private final WorkerRegistry registry;
    private final ReloadPolicy policy;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final ResettableTimer retryTimer;
    private final ResettableTimer portTimer;
    private RunningRollout current;
    private volatile Optional<RolloutProgress> progress = Optional.empty();

    RolloutPlan(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence) {
        this.registry = registry;
        this.policy = registry.config.reload();
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.retryTimer = registry.newTimer();
        this.portTimer = registry.newTimer();
    }

    /**
     * Starts a rollout. Joins the running one if {@code joins} is true and the generations are equal; otherwise
     * supersedes the running one.
     *
     * @param joins whether the request concerns the program of the running rollout, so that callers of the running
     *     rollout may wait for this one instead
     */
    void roll(Object edition, String why, boolean joins, CompletableFuture<RolloutResult> future) {
        if (current != null && joins && current.isForward() && current.edition.equals(edition)) {
            current.promises.add(future);
            return;
        }
        RunningRollout next = new RunningRollout(edition, why, registry.actions);
        if (current != null) {
            supersede(next, joins && current.isForward());
        }
        current = next;
        current.promises.add(future);
        registry.listener.rolloutStarted(why);
        registry.slots().forEach(this::begin);
    }

    /**
     * Replaces a slot without a serving worker at once, outside the batches: its worker may hang until the start
     * timeout, or its failure may be what the rollout fixes.
     */
    private void begin(Slot slot) {
        slot.budget.clear();
        if (slot.wanted && !slot.hasServingWorker() && !isBlocked(slot)) {
            if (slot.serving != null) {
                stopSequence.release(slot.serving, current.why);
            }
            replace(slot, current.edition);
        }
    }

    private void supersede(RunningRollout next, boolean inherits) {
        RunningRollout ended = current;
        String failure = (ended.isForward() ? "" : ended.failure + "; ") + "superseded by another rollout: " + next.why;
        withdraw("another rollout begins: " + next.why);
        next.stoppedFirst.putAll(ended.stoppedFirst);
        if (inherits) {
            next.inherit(ended);
        }
        current = null;
        end(ended, Rollout.Outcome.SUPERSEDED, Optional.of(failure));
    }

    /** Rolls back the running rollout, unless there is none or it rolls back already. */
    void abort(CompletableFuture<Void> future) {
        if (current == null) {
            registry.actions.callback(() -> future.complete(null));
            return;
        }
        current.aborts.add(future);
        if (current.isForward()) {
            goBack(Rollout.Outcome.ABORTED, "aborted: abortRollout() was called", null);
        }
    }

    private void goBack(Rollout.Outcome outcome, String failure, Incarnation failed) {
        current.outcome = outcome;
        current.failure = failure;
        current.failed = failed;
        withdraw("the rollout goes back: " + failure);
    }

    /** Cancels the replacements that are not ready yet. */
    private void withdraw(String why) {
        retryTimer.cancel();
        cancelPortCheck();
        current.moving.clear();
        registry.slots().forEach(slot -> revertSlot(slot, why));
    }

    /** {@return the generation of the rollout that rolls forward, otherwise the generation in force} */
    Object target() {
        return current != null && current.isForward() ? current.edition : registry.generation;
    }

    /** {@return the progress of the running rollout; may be called from any thread} */
    Optional<RolloutProgress> progress() {
        return progress;
    }

    private void updateProgress() {
        progress = Optional.ofNullable(current).map(running -> new RolloutProgress(running.why,
                count(slot -> slot.serving != null && slot.serving.generation() == running.edition),
                count(slot -> running.isForward() ? !slot.isAt(running.edition)
                        : needsRollback(slot, registry.generation)),
                Optional.ofNullable(running.failure)));
    }

    private int count(Predicate<Slot> condition) {
        return (int) registry.slots().stream().filter(slot -> slot.wanted && condition.test(slot)).count();
    }

    boolean isRunning() {
        return current != null;
    }

    // ---- events of replacements

    /** {@return whether a worker with evidence of readiness has to soak before it is ready} */
    boolean needsSoak(Incarnation worker) {
        return isReplacement(worker) && !worker.soaked && !policy.soak().isZero();
    }

    /** {@return whether the worker was started by the rollout that rolls forward} */
    boolean isReplacement(Incarnation worker) {
        return current != null && current.isForward() && worker.generation() == current.edition && worker.slot.wanted;
    }

    /** {@return whether the unexpected end of the worker is a failure of the rollout; a kill() is not} */
    boolean isFailure(Incarnation worker) {
        return isReplacement(worker) && worker.cause != Exit.Cause.KILLED;
    }

    void replacementReady(Incarnation worker, Incarnation old) {
        if (current != null) {
            current.arrived(worker, old);
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
            goBack(Rollout.Outcome.FAILED, text, worker);
        } else {
            current.moving.remove(slot);
            revertSlot(slot, "the rollout waits before it tries again: " + text);
            delayRetry(worker, why);
        }
    }

    /**
     * Returns a slot to the generation in force: stops a replacement that is not ready, and refills the slot if it is
     * vacant.
     */
    private void revertSlot(Slot slot, String why) {
        boolean queued = slot.queued && slot.generation == current.edition;
        slot.generation = registry.generation;
        if (slot.starting != null && slot.starting.generation() == current.edition) {
            stopSequence.stop(slot.starting, why);
            if (slot.serving != null) {
                slot.readyFutures.fail(new IllegalStateException("instance " + slot.instance + ": " + why));
            }
        }
        if (queued && slot.serving != null && slot.readyFutures.isEmpty()) { // no restart() is pending
            bootQueue.remove(slot);
        } else if (slot.wanted && slot.isVacant() && !slot.backoffTimer.isSet() && !slot.gaveUp) {
            bootQueue.add(slot, why);
        }
    }

    // ---- steps

    /** Performs the next steps that are possible; called after each input. */
    void advance() {
        if (current != null && !retryTimer.isSet()) {
            proceed();
        }
        if (current != null || progress.isPresent()) {
            updateProgress();
        }
    }

    private void proceed() {
        Object target = current.isForward() ? current.edition : registry.generation;
        current.moving
                .removeIf(slot -> !slot.wanted || slot.isAt(target) && slot.isAlone() || slot.isAbandoned(target));
        boolean isDone = current.moving.isEmpty();
        List<Slot> next = new ArrayList<>();
        for (Slot slot : registry.slots()) {
            if (!slot.wanted || slot.isAt(target) || current.moving.contains(slot)) {
                continue;
            }
            if (isBlocked(slot)) {
                slot.generation = target;
                continue;
            }
            if (!current.isForward() && !needsRollback(slot, target)) {
                continue;
            }
            isDone = false;
            if (mayMove(slot, target)) {
                next.add(slot);
            }
        }
        next.sort(Comparator.comparing(Slot::service)); // least useful first
        next.stream().limit(Math.max(0, batchRoom() - current.moving.size())).forEach(slot -> replace(slot, target));
        if (isDone && mayFinish()) {
            finish();
        } else {
            current.portsAccept = false;
        }
    }

    /**
     * Returns whether the slot can be replaced now. The rollout waits for a worker that is about to end, and for a
     * starting worker of the target generation. The rollout also waits for a starting worker of another generation if
     * no worker serves in the slot and this rollout has tried the slot before.
     */
    private boolean mayMove(Slot slot, Object target) {
        boolean isStarting = slot.starting != null;
        return !slot.isGoing() && (!isStarting
                || slot.starting.generation() != target && (slot.serving != null || !current.tried.contains(slot)));
    }

    private int batchRoom() {
        return registry.config.ports() == PortMode.FIXED ? 1 : policy.batch();
    }

    /**
     * Returns whether a detached worker, which may run for ever, holds the slot's fixed port. The rollout does not wait
     * for such a slot; its next worker is of the target generation.
     */
    private boolean isBlocked(Slot slot) {
        return registry.config.ports() == PortMode.FIXED && slot.serving == null && slot.starting == null
                && slot.released.stream().anyMatch(worker -> worker.state() == WorkerState.DETACHED);
    }

    /**
     * Returns whether a slot has to be rolled back. Each is tried once, as the old generation may fail to start, too.
     */
    private boolean needsRollback(Slot slot, Object target) {
        return slot.serving != null && slot.serving.generation() != target && !current.triedBack.contains(slot);
    }

    private void replace(Slot slot, Object target) {
        current.moving.add(slot);
        (current.isForward() ? current.tried : current.triedBack).add(slot);
        if (slot.starting != null) {
            stopSequence.stop(slot.starting, current.why);
        }
        slot.generation = target;
        slot.restartedByPolicy = false;
        slot.recycling = false;
        if (slot.gaveUp) {
            slot.budget.clear();
        }
        if (slot.serving != null && registry.config.ports() == PortMode.FIXED) {
            current.stoppedFirst.put(slot, slot.serving);
            stopSequence.stop(slot.serving, current.why);
        }
        bootQueue.add(slot, current.why);
    }

    /**
     * Returns whether the ports of all workers that a rollout has started accept connections now; has them checked
     * first.
     */
    private boolean mayFinish() {
        if (!current.isForward() || current.portsAccept) {
            return true;
        }
        if (current.portsBeingChecked == null) {
            List<Incarnation> workers = registry.slots().stream().filter(slot -> slot.wanted && slot.serving != null
                    && slot.serving.generation() == current.edition).map(slot -> slot.serving).toList();
            if (!registry.actions.checkPorts(workers)) {
                return true;
            }
            current.portsBeingChecked = workers;
            portTimer.set(PORT_CHECK_TIMEOUT, () -> portsChecked(workers));
        }
        return false;
    }

    /** The ports have been checked: a worker that was ready and refuses connections now makes the rollout fail. */
    void portsChecked(List<Incarnation> workers) {
        if (current == null || current.portsBeingChecked != workers) {
            return;
        }
        cancelPortCheck();
        Optional<Incarnation> refusing = workers.stream()
                .filter(worker -> worker.refuses && worker.slot.serving == worker).findFirst();
        if (refusing.isEmpty()) {
            current.portsAccept = true;
            return;
        }
        Incarnation worker = refusing.get();
        String why = "was ready and refuses connections at the end of the rollout: " + worker.why();
        if (policy.onFailure() == ReloadPolicy.OnFailure.KEEP_OLD) {
            goBack(Rollout.Outcome.FAILED, describe(worker, why), worker);
        } else { // the worker either accepts again or is replaced as unhealthy
            delayRetry(worker, why);
        }
    }

    private void cancelPortCheck() {
        current.portsBeingChecked = null;
        portTimer.cancel();
    }

    private void delayRetry(Incarnation worker, String why) {
        long delay = Math.min(LONGEST_DELAY, FIRST_DELAY << Math.min(current.failures++, 20));
        registry.listener.rolloutDelayed(worker, delay, why);
        retryTimer.set(delay, () -> {});
    }

    private static String describe(Incarnation worker, String why) {
        return "worker " + worker.id() + " (instance " + worker.instance() + ") " + why;
    }

    private void finish() {
        RunningRollout ended = current;
        current = null;
        if (ended.isForward()) {
            registry.generation = ended.edition;
        }
        end(ended, ended.isForward() ? Rollout.Outcome.SUCCEEDED : ended.outcome, Optional.ofNullable(ended.failure));
    }

    /** Ends the running rollout and fails its futures because the cluster stops. */
    void failPending(Throwable why) {
        if (current != null) {
            RunningRollout ended = current;
            current = null;
            retryTimer.cancel();
            ended.promises.fail(why);
            end(ended, Rollout.Outcome.STOPPED, Optional.of(why.getMessage()));
        }
    }

    private void end(RunningRollout ended, Rollout.Outcome outcome, Optional<String> failure) {
        updateProgress();
        int kept = failure.isEmpty() ? 0
                : count(slot -> slot.hasServingWorker() && slot.serving.generation() == registry.generation);
        RolloutResult result = new RolloutResult(outcome, ended.replaced, ended.revived, failure,
                Optional.ofNullable(ended.failed), kept);
        registry.listener.rolloutFinished(result, ended.why);
        ended.promises.complete(result);
        ended.aborts.complete(null);
    }
}
