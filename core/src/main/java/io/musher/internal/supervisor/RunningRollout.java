package io.musher.internal.supervisor;

import io.musher.Rollout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A rollout while it runs: where it leads, how far it has come, and the futures that wait for its end. */
final class RunningRollout {

    final Object edition;
    final String why;
    final PendingFutures<RolloutResult> promises;
    /** They complete when it has ended, however. */
    final PendingFutures<Void> aborts;
    /** Old worker id to new worker id. */
    final Map<Integer, Integer> replaced = new LinkedHashMap<>();
    /** Instance to worker id, where no worker served. */
    final Map<Integer, Integer> revived = new LinkedHashMap<>();
    /** Those whose worker is being replaced. */
    final Set<Slot> moving = new LinkedHashSet<>();
    /** Those that were begun with: a starter of another edition in them is waited for the next time. */
    final Set<Slot> tried = new HashSet<>();
    final Set<Slot> triedBack = new HashSet<>();
    /** Where ports are fixed: the worker that made room. */
    final Map<Slot, Incarnation> stoppedFirst = new HashMap<>();
    private final Set<Slot> done = new HashSet<>();
    /** How it will end, and why it goes back; null as long as it goes forward. */
    Rollout.Outcome outcome;
    String failure;
    Incarnation failed;
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

    /** Whoever waits for the former one, which led to the same program, waits for this one, and hears of all its workers. */
    void inherit(RunningRollout former) {
        promises.addAll(former.promises);
        replaced.putAll(former.replaced);
        revived.putAll(former.revived);
    }

    /** A worker of the slot is ready. */
    void arrived(Incarnation worker, Incarnation old) {
        Slot slot = worker.slot;
        Incarnation before = old != null ? old : stoppedFirst.remove(slot);
        if (before != null && before.edition() != worker.edition()) {
            replaced.put(before.id(), worker.id());
        } else if (before == null && worker.edition() == edition && !done.contains(slot)) {
            revived.put(worker.instance(), worker.id());
        }
        if (worker.edition() == edition) {
            done.add(slot);
        }
    }
}
