package io.musher.internal.supervisor;

import io.musher.RestartPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Decides about the successor of a worker: after an unexpected exit by the restart policy (backoff, give up), or
 * because {@code restart()} was called.
 */
final class RestartController {

    private final WorkerRegistry registry;
    private final RestartPolicy policy;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final ScaleController scaling;
    private final RolloutPlan rollout;
    private boolean allGaveUp;

    RestartController(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence, ScaleController scaling,
            RolloutPlan rollout) {
        this.registry = registry;
        this.policy = registry.config.restart();
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.scaling = scaling;
        this.rollout = rollout;
    }

    /** Restarts, gives up, or no longer wants a slot that has lost its worker and has no other one starting. */
    void workerLost(Incarnation worker, boolean failed, String why) {
        Slot slot = worker.slot;
        if (policy.when() == RestartPolicy.When.NEVER || policy.when() == RestartPolicy.When.ON_FAILURE && !failed) {
            scaling.markUnwanted(slot,
                    "worker " + worker.id() + " is not replaced, by the restart policy: " + why);
            return;
        }
        long delay = restartDelay(worker);
        if (delay == RestartBudget.SPENT) {
            giveUp(slot, worker, why);
            return;
        }
        registry.listener.restarting(worker, Duration.ofNanos(delay), why);
        registry.setState(worker, worker.state(), why + "; replaced in " + delay / 1_000_000 + " ms");
        Runnable start = () -> bootQueue.addRestart(slot, "replaces worker " + worker.id() + ": " + why);
        if (delay == 0) {
            start.run();
        } else {
            slot.backOff(registry.actions.now(), delay, start);
        }
    }

    /** As {@link #workerLost}; if the policy does not replace the worker, scaling that waits for it fails. */
    void startFailed(Incarnation worker, String why, Throwable cause) {
        workerLost(worker, true, why);
        if (!worker.slot.wanted) {
            scaling.failPending(new IllegalStateException(worker + " " + why, cause));
        }
    }

    /**
     * Starts a slot again that has lost its worker before it was ready and will start the next one in another way: for
     * the same purpose, and no restart.
     */
    void startAgain(Incarnation worker) {
        Slot slot = worker.slot;
        Optional<String> recycling = slot.recycling;
        bootQueue.add(slot, "worker " + worker.id() + " could not start in the former way");
        slot.recycling = recycling;
    }

    /** {@return whether the exit status of a worker that closed its channel decides about its replacement} */
    boolean needsExitStatus(boolean goodbye) {
        return goodbye && policy.when() == RestartPolicy.When.ON_FAILURE;
    }

    private long restartDelay(Incarnation worker) {
        RestartBudget budget = worker.slot.budget;
        long now = registry.actions.now();
        if (worker.stop.wasKilled()) {
            return 0;
        }
        if (worker.isReadySince(now, ResettableTimer.nanos(policy.stableAfter()))) {
            return budget.stable(registry.actions.random());
        }
        return budget.unstable(worker.wasReady(), now, registry.actions.random());
    }

    private void giveUp(Slot slot, Incarnation worker, String why) {
        slot.gaveUp = true;
        String verdict = "given up after " + policy.giveUpAfter() + " unstable starts, the last one: " + why;
        registry.setState(worker, worker.state(), verdict);
        registry.listener.gaveUp(worker, verdict);
        slot.readyFutures.fail(new IllegalStateException(slot.name + " is " + verdict));
    }

    /** Reports once that all wanted slots are given up, unless a rollout runs, which revives them. */
    void reportAllGaveUp() {
        if (rollout.isRunning()) {
            allGaveUp = false;
            return;
        }
        boolean all = false;
        for (Slot slot : registry.slots()) {
            if (slot.wanted && !slot.gaveUp) {
                allGaveUp = false;
                return;
            }
            all |= slot.wanted;
        }
        if (all && !allGaveUp) {
            registry.listener
                    .allGaveUp(registry.slots().stream().filter(slot -> slot.wanted).flatMap(slot -> slot.last.stream())
                            .toList());
        }
        allGaveUp = all;
    }

    /**
     * Starts a replacement and then stops the worker; with fixed ports, in the reverse order. Revives a slot whose
     * worker is dead or that was given up.
     */
    void restart(Incarnation worker, CompletableFuture<Incarnation> future) {
        Slot slot = worker.slot;
        Optional<Incarnation> successor = slot.last.filter(last -> last != worker && slot.serving != worker);
        if (successor.isPresent()) {
            PendingFutures.fail(registry.actions, future, new IllegalStateException("worker " + worker.id()
                    + " cannot be restarted: worker " + successor.get().id() + " has replaced it"));
            return;
        }
        Optional<String> refusal = slot.wanted ? Optional.empty()
                : registry.generation.limit().refusal(registry.wanted() + 1);
        if (refusal.isPresent()) {
            PendingFutures.fail(registry.actions, future,
                    new IllegalStateException("restart() of worker " + worker.id() + ": " + refusal.get()));
            return;
        }
        slot.readyFutures.add(future);
        if (slot.released.contains(worker)) { // a detached worker may run for ever and hold its successor's port
            stopSequence.stop(worker, "restart() was called");
        }
        if (slot.queued || slot.serving == worker && slot.starting != null) {
            return; // a replacement is queued or starting already
        }
        boolean keepsServing = worker == slot.serving && registry.config.ports() != PortMode.FIXED;
        if (worker.isAlive() && !keepsServing) {
            stopSequence.stop(worker, "restart() was called");
        }
        String why = "restart() of worker " + worker.id();
        if (slot.gaveUp) {
            scaling.revive(slot, why);
        } else if (slot.wanted) {
            bootQueue.add(slot, why);
        } else {
            scaling.markWanted(slot, slot.environment, why);
        }
    }
}
