package io.musher.internal.supervisor;

import io.musher.ClusterStats.RolloutStats;
import io.musher.Rollout;
import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Moves all slots to another generation, or back after a failure: one rollout from its start to its end.
 * {@link RolloutPlan} decides when it rolls back and when it ends.
 */
final class RunningRollout {

    final Generation generation;
    final String why;
    final PendingFutures<Rollout> futures;
    /** Futures of {@code abortRollout()}; complete when the rollout has ended, whatever the outcome. */
    final PendingFutures<Void> abortFutures;
    private final WorkerRegistry registry;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    /** Old worker id to new worker id. */
    private final Map<Integer, Integer> replaced = new LinkedHashMap<>();
    /** Instance to worker id, for instances in which no worker served. */
    private final Map<Integer, Integer> revived = new LinkedHashMap<>();
    /** Slots whose worker is being replaced or rolled back. */
    private final Set<Slot> pending = new LinkedHashSet<>();
    /**
     * Slots that the rollout has tried before. There, a starting worker of another generation is no longer replaced at
     * once but waited for.
     */
    private final Set<Slot> tried = new HashSet<>();
    /** Slots that the rollback has tried before. */
    private final Set<Slot> triedRollback = new HashSet<>();
    /** With fixed ports: the old worker, stopped before its replacement could start. */
    private final Map<Slot, Incarnation> stoppedFirst = new HashMap<>();
    /** Slots in which a worker of the target generation was ready at least once. */
    private final Set<Slot> done = new HashSet<>();
    /** The outcome after the rollback, and the reason for the rollback; null while rolling forward. */
    private @Nullable Rollout.Outcome outcome;
    private @Nullable String failure;
    private @Nullable Incarnation failed;

    RunningRollout(Generation generation, String why, WorkerRegistry registry, BootQueue bootQueue,
            StopSequence stopSequence) {
        this.generation = generation;
        this.why = why;
        this.registry = registry;
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.futures = new PendingFutures<>(registry.actions);
        this.abortFutures = new PendingFutures<>(registry.actions);
    }

    boolean isForward() {
        return outcome == null;
    }

    /** {@return the outcome to report when the rollout ends now} */
    Rollout.Outcome outcome() {
        return outcome == null ? Rollout.Outcome.SUCCEEDED : outcome;
    }

    /** {@return why the rollout rolls back; empty while it rolls forward} */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** {@return the worker whose failure caused the rollback, if one did} */
    Optional<Incarnation> failedWorker() {
        return Optional.ofNullable(failed);
    }

    /**
     * Continues where a superseded rollout has ended.
     *
     * @param inherits whether both concern the same program: the callers of the superseded rollout then wait for this
     *     rollout instead and get the results of both
     */
    void supersede(RunningRollout superseded, boolean inherits) {
        stoppedFirst.putAll(superseded.stoppedFirst);
        if (inherits) {
            futures.addAll(superseded.futures);
            replaced.putAll(superseded.replaced);
            revived.putAll(superseded.revived);
        }
    }

    /**
     * Replaces every slot without a serving worker at once, outside the batches: its worker may hang until the start
     * timeout, or its failure may be what the rollout fixes.
     */
    void begin() {
        for (Slot slot : registry.slots()) {
            slot.budget.clear();
            if (slot.wanted && !slot.hasServingWorker() && !isBlocked(slot)) {
                if (slot.serving != null) {
                    stopSequence.release(slot.serving, why);
                }
                replace(slot, generation);
            }
        }
    }

    /** Records that a worker has its slot, and which worker it replaced or that it revived the slot. */
    void workerInstalled(Incarnation worker, @Nullable Incarnation old) {
        Slot slot = worker.slot;
        Incarnation before = old != null ? old : stoppedFirst.remove(slot);
        if (before != null && before.generation() != worker.generation()) {
            replaced.put(before.id(), worker.id());
        } else if (before == null && worker.generation() == generation && !done.contains(slot)) {
            revived.put(worker.instance(), worker.id());
        }
        if (worker.generation() == generation) {
            done.add(slot);
        }
    }

    /** Rolls back from now on. */
    void rollBack(Rollout.Outcome newOutcome, String newFailure, @Nullable Incarnation newFailed) {
        outcome = newOutcome;
        failure = newFailure;
        failed = newFailed;
        withdraw("the rollout is rolled back: " + newFailure);
    }

    /** Cancels the replacements that are not ready yet. */
    void withdraw(String reason) {
        pending.clear();
        registry.slots().forEach(slot -> revertSlot(slot, reason));
    }

    /** Cancels the replacement in one slot, to be tried again. */
    void withdraw(Slot slot, String reason) {
        pending.remove(slot);
        revertSlot(slot, reason);
    }

    /**
     * Returns a slot to the generation in force: stops a replacement that is not ready, and refills the slot if it is
     * vacant.
     */
    private void revertSlot(Slot slot, String reason) {
        boolean queued = slot.queued && slot.generation == generation;
        slot.generation = registry.generation;
        if (slot.starting != null && slot.starting.generation() == generation) {
            stopSequence.stop(slot.starting, reason);
            if (slot.serving != null) {
                slot.readyFutures.fail(new IllegalStateException(slot.name + ": " + reason));
            }
        }
        if (queued && slot.serving != null && slot.readyFutures.isEmpty()) { // no restart() is pending
            bootQueue.remove(slot);
        } else if (slot.wanted && slot.isVacant() && !slot.backoffTimer.isSet() && !slot.gaveUp) {
            bootQueue.add(slot, reason);
        }
    }

    /** {@return the generation that slots are moved to now: the new one, or after a failure the one in force} */
    Generation target() {
        return isForward() ? generation : registry.generation;
    }

    /**
     * Replaces the next workers, as far as the batch has room.
     *
     * @param batch how many slots may be replaced at the same time
     * @return whether no slot is left or being replaced
     */
    boolean proceed(int batch) {
        Generation target = target();
        pending.removeIf(
                slot -> !slot.wanted || slot.isAt(target) && slot.hasNoStoppingWorker() || slot.isAbandoned(target));
        boolean isDone = pending.isEmpty();
        List<Slot> next = new ArrayList<>();
        for (Slot slot : registry.slots()) {
            if (!slot.wanted || slot.isAt(target) || pending.contains(slot)) {
                continue;
            }
            if (isBlocked(slot)) {
                slot.generation = target;
                continue;
            }
            if (!isForward() && !needsRollback(slot)) {
                continue;
            }
            isDone = false;
            if (isReplaceable(slot, target)) {
                next.add(slot);
            }
        }
        next.sort(Comparator.comparing(Slot::service)); // least useful first
        next.stream().limit(Math.max(0, batch - pending.size())).forEach(slot -> replace(slot, target));
        return isDone;
    }

    /**
     * Returns whether the slot can be replaced now. The rollout waits for a worker that is about to end, and for a
     * starting worker of the target generation. The rollout also waits for a starting worker of another generation if
     * no worker serves in the slot and this rollout has tried the slot before.
     */
    private boolean isReplaceable(Slot slot, Generation target) {
        return !slot.isEnding() && (slot.starting == null
                || slot.starting.generation() != target && (slot.serving != null || !tried.contains(slot)));
    }

    /**
     * Returns whether a detached worker, which may run for ever, holds the slot's fixed port. The rollout does not wait
     * for such a slot; its next worker is of the target generation.
     */
    private boolean isBlocked(Slot slot) {
        return registry.config.ports() == PortMode.FIXED && slot.serving == null && slot.starting == null
                && slot.hasDetachedWorker();
    }

    /**
     * Returns whether a slot has to be rolled back. Each is tried once, as the old generation may fail to start, too.
     */
    private boolean needsRollback(Slot slot) {
        return slot.serving != null && slot.serving.generation() != registry.generation
                && !triedRollback.contains(slot);
    }

    private void replace(Slot slot, Generation target) {
        pending.add(slot);
        (isForward() ? tried : triedRollback).add(slot);
        if (slot.starting != null) {
            stopSequence.stop(slot.starting, why);
        }
        slot.generation = target;
        if (slot.gaveUp) {
            slot.budget.clear();
        }
        if (slot.serving != null && registry.config.ports() == PortMode.FIXED) {
            stoppedFirst.put(slot, slot.serving);
            stopSequence.stop(slot.serving, why);
        }
        bootQueue.add(slot, why);
    }

    /** {@return the workers of the new generation that serve} */
    List<Incarnation> replacements() {
        return registry.slots().stream().filter(slot -> slot.wanted && isReplaced(slot)).map(slot -> slot.serving)
                .toList();
    }

    private boolean isReplaced(Slot slot) {
        return slot.serving != null && slot.serving.generation() == generation;
    }

    RolloutStats progress() {
        return new RolloutStats(why, count(this::isReplaced),
                count(slot -> isForward() ? !slot.isAt(generation) : needsRollback(slot)), failure());
    }

    Rollout result(Rollout.Outcome ended, Optional<String> reason) {
        int kept = reason.isEmpty() ? 0
                : count(slot -> slot.servingWorker()
                        .filter(worker -> worker.generation() == registry.generation).isPresent());
        String lastOutput = failed == null ? "" : failed.handle().lastOutput();
        return new Rollout(ended, replaced, revived, reason, lastOutput, kept);
    }

    private int count(Predicate<Slot> condition) {
        return (int) registry.slots().stream().filter(slot -> slot.wanted && condition.test(slot)).count();
    }
}
