package io.musher.internal.supervisor;

/**
 * Replaces workers that are past a limit, one at a time; who serves goes on doing so until a replacement is ready, and
 * when none can be had.
 */
final class Recycler {

    private static final long FIRST_PAUSE = 1_000_000_000L;
    private static final int DOUBLED = 6;
    /** A replacement that is worn itself before so long tells of a limit that cannot be kept. */
    private static final long SOON = 10_000_000_000L;

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

    /** Will be said again: whatever is in the way now is no loss. */
    void recycleDue(Incarnation worker, String why) {
        Slot slot = worker.slot;
        boolean rests = slot.recycleFailures > 0 && registry.actions.now() - slot.nextRecycleAt < 0;
        if (!slot.wanted || slot.serving != worker || !slot.isFilled() || rests || rollout.isRunning() || isSlotChanging(slot)
                || isTooSoon(worker)) {
            return;
        }
        slot.restartedByPolicy = false;
        slot.recycling = true;
        if (registry.config.ports() == PortMode.FIXED) {
            stopSequence.stop(worker, why);
        }
        bootQueue.add(slot, "replaces worker " + worker.id() + ", which " + why);
    }

    /** Whether it has to wait because it was worn as soon as it had replaced another one. */
    private boolean isTooSoon(Incarnation worker) {
        Slot slot = worker.slot;
        if (worker.recycledTooSoon) {
            return false;
        } else if (slot.recycled != worker || registry.actions.now() - worker.readyAt >= SOON) {
            slot.earlyRecycles = 0;
            return false;
        }
        worker.recycledTooSoon = true;
        slot.recycleFailures = slot.earlyRecycles++;
        failed(slot);
        return true;
    }

    /** The memory of one more worker is all that is asked for; and where that one comes afterwards, all others serve. */
    private boolean isSlotChanging(Slot worn) {
        boolean fixed = registry.config.ports() == PortMode.FIXED;
        return registry.slots().stream().anyMatch(slot -> slot.starting != null || slot.queued || slot.backoffTimer.isSet()
                || slot.leaving.stream().anyMatch(ScaleController::isStillStopping) || fixed && slot.wanted && slot != worn && !slot.isFilled());
    }

    /** A replacement has not come to be ready, whoever wanted it. */
    void failed(Slot slot) {
        slot.nextRecycleAt = registry.actions.now() + (FIRST_PAUSE << Math.min(slot.recycleFailures, DOUBLED));
        slot.recycleFailures++;
    }
}
