package io.musher.internal.supervisor;

import io.musher.Rollout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** State of a running rollout: target generation, progress per slot, and the futures that wait for its end. */
final class RunningRollout {

    final Object edition;
    final String why;
    final PendingFutures<RolloutResult> promises;
    /** Futures of {@code abortRollout()}; complete when the rollout has ended, whatever the outcome. */
    final PendingFutures<Void> aborts;
    /** Old worker id to new worker id. */
    final Map<Integer, Integer> replaced = new LinkedHashMap<>();
    /** Instance to worker id, for instances in which no worker served. */
    final Map<Integer, Integer> revived = new LinkedHashMap<>();
    /** Slots whose worker is being replaced or rolled back. */
    final Set<Slot> moving = new LinkedHashSet<>();
    /**
     * Slots that the rollout has tried before. There, a starting worker of another generation is no longer replaced at
     * once but waited for.
     */
    final Set<Slot> tried = new HashSet<>();
    /** Slots that the rollback has tried before. */
    final Set<Slot> triedBack = new HashSet<>();
    /** With fixed ports: the old worker, stopped before its replacement could start. */
    final Map<Slot, Incarnation> stoppedFirst = new HashMap<>();
    /** Slots in which a worker of the target generation was ready at least once. */
    private final Set<Slot> done = new HashSet<>();
    /** The workers whose ports are being checked before success is reported; null if none are. */
    List<Incarnation> portsBeingChecked;
    boolean portsAccept;
    /**
     * The outcome after the rollback, and the reason for the rollback in {@code failure}; null while rolling forward.
     */
    Rollout.Outcome outcome;
    String failure;
    Incarnation failed;
    /** Failed replacements so far; determines the retry delay. */
    int failures;

    RunningRollout(Object edition, String why, Actions actions) {
        this.edition = edition;
        this.why = why;
        this.promises = new PendingFutures<>(actions);
        this.aborts = new PendingFutures<>(actions);
    }

    boolean isForward() {
        return outcome == null;
    }

    /**
     * Takes over the futures and the results of a superseded rollout of the same program: its callers wait for this
     * rollout instead and get the results of both.
     */
    void inherit(RunningRollout superseded) {
        promises.addAll(superseded.promises);
        replaced.putAll(superseded.replaced);
        revived.putAll(superseded.revived);
    }

    /** Records that a worker became ready, and which worker it replaced or that it revived the slot. */
    void arrived(Incarnation worker, Incarnation old) {
        Slot slot = worker.slot;
        Incarnation before = old != null ? old : stoppedFirst.remove(slot);
        if (before != null && before.generation() != worker.generation()) {
            replaced.put(before.id(), worker.id());
        } else if (before == null && worker.generation() == edition && !done.contains(slot)) {
            revived.put(worker.instance(), worker.id());
        }
        if (worker.generation() == edition) {
            done.add(slot);
        }
    }
}
