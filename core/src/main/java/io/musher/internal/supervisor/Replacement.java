package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.RestartPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Who follows a worker: by the restart policy when it was lost, by {@code restart()} when that was asked for. */
final class Replacement {

    private final Roster roster;
    private final RestartPolicy policy;
    private final BootQueue queue;
    private final Ladder ladder;
    private final Wanted wanted;
    private final RolloutPlan rollout;
    private boolean allGaveUp;

    Replacement(Roster roster, BootQueue queue, Ladder ladder, Wanted wanted, RolloutPlan rollout) {
        this.roster = roster;
        this.policy = roster.rules.restart();
        this.queue = queue;
        this.ladder = ladder;
        this.wanted = wanted;
        this.rollout = rollout;
    }

    /** A wanted slot has lost its worker, and nobody is on the way. */
    void lost(Incarnation worker, boolean failed, String why) {
        Slot slot = worker.slot;
        if (policy.when() == RestartPolicy.When.NEVER || policy.when() == RestartPolicy.When.ON_FAILURE && !failed) {
            wanted.give(slot, "worker " + worker.id() + " ended and is not replaced, as the restart policy says: " + why);
            return;
        }
        long delay = charge(worker);
        if (delay == RestartBudget.SPENT) {
            giveUp(slot, worker, why);
            return;
        }
        roster.news.restarting(worker, Duration.ofNanos(delay), why);
        roster.stands(worker, worker.state(), why + "; replaced in " + delay / 1_000_000 + " ms");
        slot.byPolicy = true;
        if (delay == 0) {
            queue.add(slot, "replaces worker " + worker.id());
        } else {
            slot.backOff(roster.actions.now(), delay, () -> queue.add(slot, "replaces worker " + worker.id()));
        }
    }

    /** {@return whether a worker that has closed its channel, with a goodbye or without, is replaced or not by how its process ends} */
    boolean needsStatus(boolean goodbye) {
        return goodbye && policy.when() == RestartPolicy.When.ON_FAILURE;
    }

    private long charge(Incarnation worker) {
        RestartBudget budget = worker.slot.budget;
        long now = roster.actions.now();
        if (worker.cause == Exit.Cause.KILLED) {
            return 0;
        }
        if (worker.wasReady && now - worker.readyAt >= Alarm.nanos(policy.stableAfter())) {
            return budget.stable();
        }
        return budget.unstable(worker.wasReady, now, roster.actions.random());
    }

    private void giveUp(Slot slot, Incarnation worker, String why) {
        slot.gaveUp = true;
        String verdict = "given up after " + policy.giveUpAfter() + " unstable starts, the last one: " + why;
        roster.stands(worker, worker.state(), verdict);
        roster.news.gaveUp(worker, verdict);
        slot.waiting.fail(new IllegalStateException("instance " + slot.instance + " is " + verdict));
    }

    /** Reports once when no wanted slot is left that has not given up, and no rollout will revive them. */
    void settle() {
        if (rollout.isRunning()) {
            allGaveUp = false;
            return;
        }
        boolean all = false;
        for (Slot slot : roster.slots()) {
            if (slot.wanted && !slot.gaveUp) {
                allGaveUp = false;
                return;
            }
            all |= slot.wanted;
        }
        if (all && !allGaveUp) {
            roster.news.allGaveUp(roster.slots().stream().filter(slot -> slot.wanted).map(slot -> slot.last).toList());
        }
        allGaveUp = all;
    }

    /**
     * A replacement, then the ladder; where ports are fixed the other way round. The dead and the given up are revived.
     */
    void restart(Incarnation worker, CompletableFuture<Incarnation> promise) {
        Slot slot = worker.slot;
        if (slot.last != worker && slot.serving != worker) {
            Promises.fail(roster.actions, promise, new IllegalStateException(
                    "worker " + worker.id() + " cannot be restarted: worker " + slot.last.id() + " has followed it"));
            return;
        }
        Optional<String> refusal = slot.wanted ? Optional.empty() : roster.actions.limit().refusal(roster.wanted() + 1);
        if (refusal.isPresent()) {
            Promises.fail(roster.actions, promise, new IllegalStateException("restart() of worker " + worker.id() + ": " + refusal.get()));
            return;
        }
        slot.waiting.add(promise);
        if (slot.leaving.contains(worker)) { // detached, it may live on for ever and hold the port its successor waits for
            ladder.stop(worker, "restart() was called");
        }
        if (slot.queued || slot.serving == worker && slot.coming != null) {
            return; // under way
        }
        boolean stays = worker == slot.serving && roster.rules.ports() != PortPlan.FIXED;
        if (worker.isAlive() && !stays) {
            ladder.stop(worker, "restart() was called");
        }
        String why = "restart() of worker " + worker.id();
        if (slot.gaveUp) {
            wanted.revive(slot, why);
        } else if (slot.wanted) {
            slot.byPolicy = false;
            queue.add(slot, why);
        } else {
            wanted.want(slot, slot.environment, why);
        }
    }
}
