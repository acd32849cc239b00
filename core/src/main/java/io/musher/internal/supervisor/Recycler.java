package io.musher.internal.supervisor;

/**
 * Replaces (recycles) workers beyond a limit of the recycle policy, one at a time. The old worker serves until its
 * replacement is ready, and goes on serving if the replacement fails; with fixed ports the old worker is stopped first.
 */
final class Recycler {

    private static final long FIRST_PAUSE = 1_000_000_000L;
    private static final int MAX_DOUBLINGS = 6;
    /** A replacement that is due for recycling itself within this time shows that the limit cannot be met. */
    private static final long TOO_SOON = 10_000_000_000L;

    private final WorkerRegistry registry;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final RolloutPlan rollout;

    Recycler(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence, RolloutPlan rollout) {
        this.registry = registry;
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.rollout = rollout;
    }

    /** Recycles a worker. Called every second, so a request that cannot be honoured now is ignored. */
    void recycleDue(Incarnation worker, String why) {
        Slot slot = worker.slot;
        boolean inBackoff = slot.recycleFailures > 0 && registry.actions.now() - slot.nextRecycleAt < 0;
        if (!slot.wanted || slot.serving != worker || !slot.hasServingWorker() || inBackoff || rollout.isRunning()
                || isSlotChanging(slot) || isTooSoon(worker)) {
            return;
        }
        if (registry.config.ports() == PortMode.FIXED) {
            stopSequence.stop(worker, why);
        }
        bootQueue.addRecycling(worker, why);
    }

    /**
     * Delays recycling, with backoff, of a worker that is due shortly after it was started as a recycling replacement.
     */
    private boolean isTooSoon(Incarnation worker) {
        Slot slot = worker.slot;
        if (slot.recyclingDelayed == worker) {
            return false;
        } else if (slot.recycled != worker || worker.isReadySince(registry.actions.now(), TOO_SOON)) {
            slot.earlyRecycles = 0;
            return false;
        }
        slot.recyclingDelayed = worker;
        slot.recycleFailures = slot.earlyRecycles++;
        failed(slot);
        return true;
    }

    /**
     * Returns whether any slot is starting, queued, in backoff or stopping a worker: recycling uses the memory of one
     * additional worker at most. With fixed ports, where the replacement starts after the stop, all other instances
     * must serve as well.
     */
    private boolean isSlotChanging(Slot recycled) {
        boolean fixed = registry.config.ports() == PortMode.FIXED;
        return registry.slots().stream()
                .anyMatch(slot -> slot.starting != null || slot.queued || slot.backoffTimer.isSet()
                        || slot.released.stream().anyMatch(ScaleController::isStillStopping)
                        || fixed && slot.wanted && slot != recycled && !slot.hasServingWorker());
    }

    /**
     * Delays the next recycling in the slot because a replacement, whatever its purpose, failed before it was ready.
     */
    void failed(Slot slot) {
        slot.nextRecycleAt = registry.actions.now() + (FIRST_PAUSE << Math.min(slot.recycleFailures, MAX_DOUBLINGS));
        slot.recycleFailures++;
    }
}
