package io.musher.internal.supervisor;

/**
 * Replaces workers that are past a limit, one at a time; who serves goes on doing so until a replacement is ready, and
 * when none can be had.
 */
final class Recycling {

    private static final long FIRST_PAUSE = 1_000_000_000L;
    private static final int DOUBLED = 6;
    /** A replacement that is worn itself before so long tells of a limit that cannot be kept. */
    private static final long SOON = 10_000_000_000L;

    private final Roster roster;
    private final BootQueue queue;
    private final Ladder ladder;
    private final RolloutPlan rollout;

    Recycling(Roster roster, BootQueue queue, Ladder ladder, RolloutPlan rollout) {
        this.roster = roster;
        this.queue = queue;
        this.ladder = ladder;
        this.rollout = rollout;
    }

    /** Will be said again: whatever is in the way now is no loss. */
    void worn(Incarnation worker, String why) {
        Slot slot = worker.slot;
        boolean rests = slot.wornFailures > 0 && roster.actions.now() - slot.wornAgainAt < 0;
        if (!slot.wanted || slot.serving != worker || !slot.isFilled() || rests || rollout.isRunning() || isAnybodyMoving(slot)
                || isHasty(worker)) {
            return;
        }
        slot.byPolicy = false;
        slot.recycles = true;
        if (roster.rules.ports() == PortPlan.FIXED) {
            ladder.stop(worker, why);
        }
        queue.add(slot, "replaces worker " + worker.id() + ", which " + why);
    }

    /** Whether it has to wait because it was worn as soon as it had replaced another one. */
    private boolean isHasty(Incarnation worker) {
        Slot slot = worker.slot;
        if (worker.hasty) {
            return false;
        } else if (slot.recycled != worker || roster.actions.now() - worker.readyAt >= SOON) {
            slot.hastes = 0;
            return false;
        }
        worker.hasty = true;
        slot.wornFailures = slot.hastes++;
        failed(slot);
        return true;
    }

    /** The memory of one more worker is all that is asked for; and where that one comes afterwards, all others serve. */
    private boolean isAnybodyMoving(Slot worn) {
        boolean fixed = roster.rules.ports() == PortPlan.FIXED;
        return roster.slots().stream().anyMatch(slot -> slot.coming != null || slot.queued || slot.backoff.isSet()
                || slot.leaving.stream().anyMatch(Wanted::isInTheWay) || fixed && slot.wanted && slot != worn && !slot.isFilled());
    }

    /** A replacement has not come to be ready, whoever wanted it. */
    void failed(Slot slot) {
        slot.wornAgainAt = roster.actions.now() + (FIRST_PAUSE << Math.min(slot.wornFailures, DOUBLED));
        slot.wornFailures++;
    }
}
