package io.musher.internal.supervisor;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Which slots are wanted: scale, fork, and workers sent away one by one. The last request wins. */
final class Wanted {

    private final Roster roster;
    private final BootQueue queue;
    private final Ladder ladder;
    private final Promises<Void> scalers;
    private int scaledFrom;

    Wanted(Roster roster, BootQueue queue, Ladder ladder) {
        this.roster = roster;
        this.queue = queue;
        this.ladder = ladder;
        this.scalers = new Promises<>(roster.actions);
    }

    void scale(int instances, CompletableFuture<Void> promise) {
        if (scalers.isEmpty()) {
            scaledFrom = roster.wanted();
        }
        scalers.add(promise);
        become(instances);
    }

    void become(int instances) {
        String why = "scaled to " + instances;
        for (int more = instances - roster.wanted(); more > 0; more--) {
            want(roster.lowestFree(), Map.of(), why);
        }
        for (int less = roster.wanted() - instances; less > 0; less--) {
            unwant(roster.leastMissed(), why);
        }
    }

    void fork(Map<String, String> environment, CompletableFuture<Incarnation> promise) {
        Slot slot = roster.lowestFree();
        want(slot, environment, "fork() was called");
        slot.waiting.add(promise);
    }

    void want(Slot slot, Map<String, String> environment, String why) {
        slot.wanted = true;
        slot.environment = environment;
        slot.edition = roster.edition;
        queue.add(slot, why);
    }

    /** The slot is not wanted: what waits in it is forgotten, who works in it is stopped. */
    void unwant(Slot slot, String why) {
        give(slot, why);
        stop(slot.coming, why);
        stop(slot.serving, why);
    }

    /** The slot is not wanted, and nobody is sent away. */
    void give(Slot slot, String why) {
        slot.wanted = false;
        slot.gaveUp = false;
        slot.backoff.cancel();
        slot.budget.clear();
        queue.remove(slot);
        slot.waiting.fail(new IllegalStateException("instance " + slot.instance + " is not wanted any more: " + why));
    }

    private void stop(Incarnation worker, String why) {
        if (worker != null) {
            ladder.stop(worker, why);
        }
    }

    /** One worker is to leave and not to be replaced. */
    void leave(Incarnation worker, boolean detach, String why) {
        Slot slot = worker.slot;
        boolean owned = slot.owns(worker);
        boolean replacement = worker == slot.coming && slot.serving != null;
        if (detach) {
            ladder.detach(worker, why);
        } else {
            ladder.stop(worker, why);
        }
        if (replacement) {
            slot.waiting.fail(new IllegalStateException("the replacement, worker " + worker.id() + ", was sent away: " + why));
        } else if (owned) {
            unwant(slot, why);
        }
    }

    /** Tells those who scaled when it is done. */
    void settle() {
        if (scalers.isEmpty()) {
            return;
        }
        Slot lost = null;
        for (Slot slot : roster.slots()) {
            if (slot.gaveUp) {
                lost = slot;
            } else if (slot.wanted && !slot.isFilled() || slot.leaving.stream().anyMatch(Wanted::isInTheWay)) {
                return;
            }
        }
        int now = roster.wanted();
        if (now != scaledFrom) {
            roster.news.scaled(scaledFrom, now);
        }
        if (lost == null) {
            scalers.complete(null);
        } else {
            scalers.fail(new IllegalStateException("instance " + lost.instance + " has given up: " + lost.last.why()));
        }
    }

    /** Whether it has to end before what replaces it is complete. */
    static boolean isInTheWay(Incarnation leaving) {
        return switch (leaving.state()) {
            case DETACHED, DEAD -> false;
            default -> true;
        };
    }

    void abandon(Throwable why) {
        scalers.fail(why);
    }
}
