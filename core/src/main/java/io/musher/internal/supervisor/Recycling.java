package io.musher.internal.supervisor;

/**
 * Replaces workers that are past a limit, one at a time; who serves goes on doing so until a replacement is ready, and
 * when none can be had.
 */
final class Recycling {

    private static final long FIRST_PAUSE = 1_000_000_000L;
    private static final int DOUBLED = 6;

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
        if (!slot.wanted || slot.serving != worker || !slot.isFilled() || rests || rollout.isRunning() || isAnybodyMoving()) {
            return;
        }
        slot.byPolicy = false;
        if (roster.rules.ports() == PortPlan.FIXED) {
            ladder.stop(worker, why);
        }
        queue.add(slot, "replaces worker " + worker.id() + ", which " + why);
    }

    /** The memory of one more worker is all that is asked for. */
    private boolean isAnybodyMoving() {
        return roster.slots().stream().anyMatch(slot -> slot.coming != null || slot.queued
                || slot.leaving.stream().anyMatch(Wanted::isInTheWay));
    }

    /** A replacement has not come to be ready, whoever wanted it. */
    void failed(Slot slot) {
        slot.wornAgainAt = roster.actions.now() + (FIRST_PAUSE << Math.min(slot.wornFailures, DOUBLED));
        slot.wornFailures++;
    }
}
