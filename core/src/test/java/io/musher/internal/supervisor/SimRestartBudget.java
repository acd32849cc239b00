package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.RestartPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A second opinion on the restart policy: counts what was unstable from the reports alone. */
final class SimRestartBudget {

    private final SimWorld world;
    private final SimChecks checks;
    private final RestartPolicy policy;
    private final Map<Integer, List<Long>> unstable = new HashMap<>();
    private final Map<Integer, Integer> inARow = new HashMap<>();
    private final Map<Integer, Boolean> gaveUp = new HashMap<>();
    private boolean allGaveUp;

    SimRestartBudget(SimWorld world, SimChecks checks) {
        this.world = world;
        this.checks = checks;
        this.policy = world.config.restart();
    }

    void spawns(Incarnation worker) {
        if (checks.rollouts.isRunning() && gaveUp.getOrDefault(worker.instance(), false)) {
            forget(worker.instance()); // a rollout may repair what was given up
        }
        checks.isTrue(!gaveUp.getOrDefault(worker.instance(), false), "%s spawned in a slot that was given up", worker);
    }

    void restarting(Incarnation last, SimWorkerHistory track, Duration delay) {
        int instance = last.instance();
        long now = world.now();
        checks.isTrue(policy.when() != RestartPolicy.When.NEVER, "restarted against the policy");
        checks.isTrue(!delay.isNegative() && delay.compareTo(policy.maxDelay()) <= 0, "delay %s", delay);
        boolean free = last.stop.cause() == Exit.Cause.KILLED;
        boolean stable = track.ready && track.wasReadyFor(now, ResettableTimer.nanos(policy.stableAfter()));
        if (free || stable) {
            checks.isTrue(delay.isZero(), "delay %s for one that was %s", delay, free ? "killed" : "stable");
        }
        if (stable && !free) {
            inARow.put(instance, 0);
        } else if (!free) {
            int row = inARow.merge(instance, 1, Integer::sum);
            List<Long> all = unstable.computeIfAbsent(instance, n -> new ArrayList<>());
            all.add(now);
            all.removeIf(at -> now - at > ResettableTimer.nanos(policy.giveUpWithin()));
            checks.isTrue(row < policy.giveUpAfter() && all.size() < policy.giveUpAfter(), "instance %s: %s unstable",
                    instance, row);
            long least = ResettableTimer.nanos(policy.firstDelay()) / 2 << Math.min(row - 1, 6);
            checks.isTrue(row == 1 && track.ready || delay.toNanos() >= least, "delay %s after %s unstable starts",
                    delay, row);
        }
    }

    void gaveUp(Incarnation last) {
        int instance = last.instance();
        int row = inARow.getOrDefault(instance, 0) + 1;
        long within = unstable.getOrDefault(instance, List.of()).stream()
                .filter(at -> world.now() - at <= ResettableTimer.nanos(policy.giveUpWithin())).count() + 1;
        checks.isTrue(row >= policy.giveUpAfter() || within >= policy.giveUpAfter(), "instance %s given up after %s",
                instance, row);
        gaveUp.put(instance, true);
    }

    void allGaveUp(List<Incarnation> last) {
        checks.isTrue(!allGaveUp && haveAllGivenUp() && !checks.stopAsked, "all gave up, it says: %s", last);
        allGaveUp = true;
    }

    private boolean haveAllGivenUp() {
        List<SlotStatus> wanted = world.supervisor.slots().stream().filter(SlotStatus::wanted).toList();
        return !checks.rollouts.isRunning() && !wanted.isEmpty() && wanted.stream().allMatch(SlotStatus::gaveUp);
    }

    /** Everybody begins anew. */
    void begins() {
        inARow.clear();
        unstable.clear();
        gaveUp.clear();
    }

    /** A rollout tries to repair what was given up, and leaves it started when it fails. */
    void rolls() {
        List.copyOf(gaveUp.keySet()).forEach(this::forget);
    }

    void revives(Incarnation worker) {
        if (worker != null && worker.slot.gaveUp && worker.slot.last.orElseThrow() == worker) {
            forget(worker.instance());
        }
    }

    /** An unwanted slot begins anew. */
    void afterTurn() {
        checks.isTrue(allGaveUp || !haveAllGivenUp(), "all gave up, and no reports said so");
        allGaveUp = allGaveUp && haveAllGivenUp();
        if (inARow.isEmpty() && gaveUp.isEmpty()) {
            return;
        }
        for (Slot slot : world.slots) {
            if (!slot.wanted) {
                forget(slot.instance);
            }
        }
    }

    private void forget(int instance) {
        gaveUp.remove(instance);
        inARow.remove(instance);
        unstable.remove(instance);
    }
}
