package io.musher.internal.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** What has given up and is still wanted is revived: the caller wants so many that serve. */
    void scale(int instances, CompletableFuture<Void> promise) {
        Limit limit = roster.actions.limit();
        Optional<String> refusal = limit.refusal(instances);
        int before = roster.wanted();
        List<Slot> free = refusal.isPresent() ? List.of() : roster.lowestFree(instances - before, limit.instances());
        if (refusal.isPresent()) {
            Promises.fail(roster.actions, promise, new IllegalArgumentException("scale to " + instances + ": " + refusal.get()));
        } else if (free.size() < instances - before) {
            Promises.fail(roster.actions, promise, noneFree("scale to " + instances, limit));
        } else {
            scaledFrom = scalers.isEmpty() ? before : scaledFrom;
            scalers.add(promise);
            String why = "scaled to " + instances;
            free.forEach(slot -> want(slot, Map.of(), why));
            roster.leastMissed(Math.max(0, before - instances)).forEach(slot -> unwant(slot, why));
            roster.slots().stream().filter(slot -> slot.gaveUp).forEach(slot -> revive(slot, why));
        }
    }

    /** The first workers; the caller has checked their number. */
    void start(int instances) {
        roster.lowestFree(instances, instances).forEach(slot -> want(slot, Map.of(), "start() was called"));
    }

    void fork(Map<String, String> environment, CompletableFuture<Incarnation> promise) {
        Limit limit = roster.actions.limit();
        Optional<String> refusal = limit.refusal(roster.wanted() + 1);
        List<Slot> free = refusal.isPresent() ? List.of() : roster.lowestFree(1, limit.instances());
        if (refusal.isPresent()) {
            Promises.fail(roster.actions, promise, new IllegalStateException("fork(): " + refusal.get()));
        } else if (free.isEmpty()) {
            Promises.fail(roster.actions, promise, noneFree("fork()", limit));
        } else {
            want(free.get(0), environment, "fork() was called");
            free.get(0).waiting.add(promise);
        }
    }

    private static IllegalStateException noneFree(String request, Limit limit) {
        return new IllegalStateException(request + ": the instances that are not wanted have ports that disconnected workers still hold, "
                + "and there is none above " + (limit.instances() - 1) + ": " + limit.why());
    }

    void want(Slot slot, Map<String, String> environment, String why) {
        roster.use(slot);
        slot.wanted = true;
        slot.environment = environment;
        slot.edition = roster.edition;
        queue.add(slot, why);
    }

    /** A wanted slot that has given up begins anew, as if it never had. */
    void revive(Slot slot, String why) {
        slot.budget.clear();
        slot.byPolicy = false;
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
        slot.endBackoff();
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
