package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Replaces all workers by those of another edition, a batch at a time; one such rollout at a time.
 *
 * <pre>
 * forward: slot by slot ─ready, soaked─▶ the old one goes ─all─▶ done: the edition of all that follow
 *    ├─a replacement fails─▶ KEEP_OLD: back, slot by slot ─▶ failed
 *    │                       RETRY: [delay] ─▶ forward
 *    ├─abort───────────────▶ back, slot by slot ─▶ aborted
 *    └─another one, also while this one goes back─▶ superseded
 * </pre>
 *
 * <p>An edition is what workers are started from; the supervisor only tells one from another.
 */
final class RolloutPlan {

    private static final long FIRST_DELAY = 100_000_000L;
    private static final long LONGEST_DELAY = 15_000_000_000L;

    private final WorkerRegistry registry;
    private final ReloadPolicy policy;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final ResettableTimer retryTimer;
    private RunningRollout rolling;
    private volatile Optional<RolloutProgress> progress = Optional.empty();

    RolloutPlan(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence) {
        this.registry = registry;
        this.policy = registry.config.reload();
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.retryTimer = registry.alarm();
    }

    /**
     * Begins; joins the one that runs if that leads to an equal edition and it may, else takes its place.
     *
     * @param joins whether it is about the same program, so that those who wait for the one that runs may wait for this one
     */
    void roll(Object edition, String why, boolean joins, CompletableFuture<RolloutResult> promise) {
        if (rolling != null && joins && rolling.isForward() && rolling.edition.equals(edition)) {
            rolling.promises.add(promise);
            return;
        }
        RunningRollout next = new RunningRollout(edition, why, registry.actions);
        if (rolling != null) {
            supersede(next, joins && rolling.isForward());
        }
        rolling = next;
        rolling.promises.add(promise);
        registry.listener.rolloutStarted(why);
        registry.slots().forEach(this::begin);
    }

    /** What serves nobody is replaced at once: it may hang for as long as the start timeout, or be what the rollout is to cure. */
    private void begin(Slot slot) {
        slot.budget.clear();
        if (slot.wanted && !slot.isFilled() && !isBlocked(slot)) {
            if (slot.serving != null) {
                stopSequence.release(slot.serving, rolling.why);
            }
            replace(slot, rolling.edition);
        }
    }

    private void supersede(RunningRollout next, boolean inherits) {
        RunningRollout ended = rolling;
        String failure = (ended.isForward() ? "" : ended.failure + "; ") + "superseded by another rollout: " + next.why;
        withdraw("another rollout begins: " + next.why);
        next.stoppedFirst.putAll(ended.stoppedFirst);
        if (inherits) {
            next.inherit(ended);
        }
        rolling = null;
        end(ended, Rollout.Outcome.SUPERSEDED, Optional.of(failure));
    }

    /** Takes back what was replaced, if one runs that has not failed already. */
    void abort(CompletableFuture<Void> promise) {
        if (rolling == null) {
            registry.actions.callback(() -> promise.complete(null));
            return;
        }
        rolling.aborts.add(promise);
        if (rolling.isForward()) {
            goBack(Rollout.Outcome.ABORTED, "aborted: abortRollout() was called", null);
        }
    }

    private void goBack(Rollout.Outcome outcome, String failure, Incarnation failed) {
        rolling.outcome = outcome;
        rolling.failure = failure;
        rolling.failed = failed;
        withdraw("the rollout goes back: " + failure);
    }

    /** Its replacements that are not ready yet are no longer wanted. */
    private void withdraw(String why) {
        retryTimer.cancel();
        rolling.moving.clear();
        registry.slots().forEach(slot -> keepOld(slot, why));
    }

    /** {@return what workers will be started from when the one that runs succeeds, or are at present} */
    Object target() {
        return rolling != null && rolling.isForward() ? rolling.edition : registry.edition;
    }

    /** {@return how far the one that runs has come; from any thread} */
    Optional<RolloutProgress> progress() {
        return progress;
    }

    private void updateProgress() {
        progress = Optional.ofNullable(rolling).map(it -> new RolloutProgress(it.why,
                count(slot -> slot.serving != null && slot.serving.edition() == it.edition),
                count(slot -> it.isForward() ? !slot.isAt(it.edition) : needsRollback(slot, registry.edition)), Optional.ofNullable(it.failure)));
    }

    private int count(Predicate<Slot> condition) {
        return (int) registry.slots().stream().filter(slot -> slot.wanted && condition.test(slot)).count();
    }

    boolean isRunning() {
        return rolling != null;
    }

    // ---- what happens to its replacements

    /** {@return whether a worker that seems ready has to live on for a while before it is} */
    boolean needsSoak(Incarnation worker) {
        return isReplacement(worker) && !worker.soaked && !policy.soak().isZero();
    }

    /** {@return whether this loss is the rollout's business} */
    boolean isReplacement(Incarnation worker) {
        return rolling != null && rolling.isForward() && worker.edition() == rolling.edition && worker.slot.wanted;
    }

    /** {@return whether the end of this worker, which was not wanted by anybody, is a failure of the rollout} */
    boolean isFailure(Incarnation worker) {
        return isReplacement(worker) && worker.cause != Exit.Cause.KILLED;
    }

    void replacementReady(Incarnation worker, Incarnation old) {
        if (rolling != null) {
            rolling.arrived(worker, old);
        }
    }

    /** A replacement has been lost, and has left its slot. */
    void replacementFailed(Incarnation worker, String why) {
        Slot slot = worker.slot;
        String text = "worker " + worker.id() + " (instance " + worker.instance() + ") " + why;
        if (slot.serving != null) { // else a worker of the old edition is started for those who wait
            slot.readyFutures.fail(new IllegalStateException("the rollout: " + text));
        }
        if (policy.onFailure() == ReloadPolicy.OnFailure.KEEP_OLD) {
            goBack(Rollout.Outcome.FAILED, text, worker);
        } else {
            rolling.moving.remove(slot);
            keepOld(slot, "the rollout waits before it tries again: " + text);
            long delay = Math.min(LONGEST_DELAY, FIRST_DELAY << Math.min(rolling.failures++, 20));
            registry.listener.rolloutDelayed(worker, delay, why);
            retryTimer.set(delay, () -> { });
        }
    }

    /** Back to the edition in force: what is on its way goes, and an empty place is filled. */
    private void keepOld(Slot slot, String why) {
        boolean queued = slot.queued && slot.edition == rolling.edition;
        slot.edition = registry.edition;
        if (slot.starting != null && slot.starting.edition() == rolling.edition) {
            stopSequence.stop(slot.starting, why);
            if (slot.serving != null) {
                slot.readyFutures.fail(new IllegalStateException("instance " + slot.instance + ": " + why));
            }
        }
        if (queued && slot.serving != null && slot.readyFutures.isEmpty()) { // else somebody has called restart()
            bootQueue.remove(slot);
        } else if (slot.wanted && slot.isVacant() && !slot.backoffTimer.isSet() && !slot.gaveUp) {
            bootQueue.add(slot, why);
        }
    }

    // ---- one step after the other

    /** Goes on, where it can; harmless at any time. */
    void advance() {
        if (rolling != null && !retryTimer.isSet()) {
            proceed();
        }
        if (rolling != null || progress.isPresent()) {
            updateProgress();
        }
    }

    private void proceed() {
        Object target = rolling.isForward() ? rolling.edition : registry.edition;
        rolling.moving.removeIf(slot -> !slot.wanted || slot.isAt(target) && slot.isAlone() || slot.isAbandoned(target));
        boolean over = rolling.moving.isEmpty();
        List<Slot> next = new ArrayList<>();
        for (Slot slot : registry.slots()) {
            if (!slot.wanted || slot.isAt(target) || rolling.moving.contains(slot)) {
                continue;
            }
            if (isBlocked(slot)) {
                slot.edition = target;
                continue;
            }
            if (!rolling.isForward() && !needsRollback(slot, target)) {
                continue;
            }
            over = false;
            if (mayMove(slot, target)) {
                next.add(slot);
            }
        }
        next.sort(Comparator.comparing(Slot::service)); // those that serve nobody first
        next.stream().limit(Math.max(0, batchRoom() - rolling.moving.size())).forEach(slot -> replace(slot, target));
        if (over) {
            finish();
        }
    }

    /**
     * Whether there is nobody to wait for: a worker that is on its way out, or one of another edition that starts where no other worker
     * serves and this rollout has failed before.
     */
    private boolean mayMove(Slot slot, Object target) {
        boolean comes = slot.starting != null;
        return !slot.isGoing() && (!comes || slot.starting.edition() != target && (slot.serving != null || !rolling.tried.contains(slot)));
    }

    private int batchRoom() {
        return registry.config.ports() == PortMode.FIXED ? 1 : policy.batch();
    }

    /** Whether its fixed port is held by a worker that left by itself and may live as long as it likes; who follows is of the new edition. */
    private boolean isBlocked(Slot slot) {
        return registry.config.ports() == PortMode.FIXED && slot.serving == null && slot.starting == null
                && slot.leaving.stream().anyMatch(worker -> worker.state() == WorkerState.DETACHED);
    }

    /** Each is tried once: the old edition, too, may not start any more. */
    private boolean needsRollback(Slot slot, Object target) {
        return slot.serving != null && slot.serving.edition() != target && !rolling.triedBack.contains(slot);
    }

    private void replace(Slot slot, Object target) {
        rolling.moving.add(slot);
        (rolling.isForward() ? rolling.tried : rolling.triedBack).add(slot);
        if (slot.starting != null) {
            stopSequence.stop(slot.starting, rolling.why);
        }
        slot.edition = target;
        slot.restartedByPolicy = false;
        slot.recycling = false;
        if (slot.gaveUp) {
            slot.budget.clear();
        }
        if (slot.serving != null && registry.config.ports() == PortMode.FIXED) {
            rolling.stoppedFirst.put(slot, slot.serving);
            stopSequence.stop(slot.serving, rolling.why);
        }
        bootQueue.add(slot, rolling.why);
    }

    private void finish() {
        RunningRollout ended = rolling;
        rolling = null;
        if (ended.isForward()) {
            registry.edition = ended.edition;
        }
        end(ended, ended.isForward() ? Rollout.Outcome.SUCCEEDED : ended.outcome, Optional.ofNullable(ended.failure));
    }

    /** The cluster stops. */
    void failPending(Throwable why) {
        if (rolling != null) {
            RunningRollout ended = rolling;
            rolling = null;
            retryTimer.cancel();
            ended.promises.fail(why);
            end(ended, Rollout.Outcome.STOPPED, Optional.of(why.getMessage()));
        }
    }

    private void end(RunningRollout ended, Rollout.Outcome outcome, Optional<String> failure) {
        updateProgress();
        int kept = failure.isEmpty() ? 0 : count(slot -> slot.isFilled() && slot.serving.edition() == registry.edition);
        RolloutResult result = new RolloutResult(outcome, ended.replaced, ended.revived, failure, Optional.ofNullable(ended.failed), kept);
        registry.listener.rolloutFinished(result, ended.why);
        ended.promises.complete(result);
        ended.aborts.complete(null);
    }
}
