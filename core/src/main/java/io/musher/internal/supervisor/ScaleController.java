package io.musher.internal.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Which slots are wanted: scale, fork, and workers sent away one by one. The last request wins. */
final class ScaleController {

    private final WorkerRegistry registry;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final PendingFutures<Void> scalers;
    private int scaledFrom;

    ScaleController(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence) {
        this.registry = registry;
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.scalers = new PendingFutures<>(registry.actions);
    }

    /** What has given up and is still wanted is revived: the caller wants so many that serve. */
    void scale(int instances, CompletableFuture<Void> promise) {
        Limit limit = registry.actions.limit();
        Optional<String> refusal = limit.refusal(instances);
        int before = registry.wanted();
        List<Slot> free = refusal.isPresent() ? List.of() : registry.lowestFree(instances - before, limit.instances());
        if (refusal.isPresent()) {
            PendingFutures.fail(registry.actions, promise, new IllegalArgumentException("scale to " + instances + ": " + refusal.get()));
        } else if (free.size() < instances - before) {
            PendingFutures.fail(registry.actions, promise, noneFree("scale to " + instances, limit));
        } else {
            scaledFrom = scalers.isEmpty() ? before : scaledFrom;
            scalers.add(promise);
            String why = "scaled to " + instances;
            free.forEach(slot -> markWanted(slot, Map.of(), why));
            registry.scaleDownCandidate(Math.max(0, before - instances)).forEach(slot -> removeSlot(slot, why));
            registry.slots().stream().filter(slot -> slot.gaveUp).forEach(slot -> revive(slot, why));
        }
    }

    /** The first workers; the caller has checked their number. */
    void start(int instances) {
        registry.lowestFree(instances, instances).forEach(slot -> markWanted(slot, Map.of(), "start() was called"));
    }

    void fork(Map<String, String> environment, CompletableFuture<Incarnation> promise) {
        Limit limit = registry.actions.limit();
        Optional<String> refusal = limit.refusal(registry.wanted() + 1);
        List<Slot> free = refusal.isPresent() ? List.of() : registry.lowestFree(1, limit.instances());
        if (refusal.isPresent()) {
            PendingFutures.fail(registry.actions, promise, new IllegalStateException("fork(): " + refusal.get()));
        } else if (free.isEmpty()) {
            PendingFutures.fail(registry.actions, promise, noneFree("fork()", limit));
        } else {
            markWanted(free.get(0), environment, "fork() was called");
            free.get(0).readyFutures.add(promise);
        }
    }

    private static IllegalStateException noneFree(String request, Limit limit) {
        return new IllegalStateException(request + ": the instances that are not wanted have ports that disconnected workers still hold, "
                + "and there is none above " + (limit.instances() - 1) + ": " + limit.why());
    }

    void markWanted(Slot slot, Map<String, String> environment, String why) {
        registry.use(slot);
        slot.wanted = true;
        slot.environment = environment;
        slot.edition = registry.edition;
        bootQueue.add(slot, why);
    }

    /** A wanted slot that has given up begins anew, as if it never had. */
    void revive(Slot slot, String why) {
        slot.budget.clear();
        slot.restartedByPolicy = false;
        bootQueue.add(slot, why);
    }

    /** The slot is not wanted: what waits in it is forgotten, who works in it is stopped. */
    void removeSlot(Slot slot, String why) {
        markUnwanted(slot, why);
        stop(slot.starting, why);
        stop(slot.serving, why);
    }

    /** The slot is not wanted, and nobody is sent away. */
    void markUnwanted(Slot slot, String why) {
        slot.wanted = false;
        slot.gaveUp = false;
        slot.endBackoff();
        slot.budget.clear();
        bootQueue.remove(slot);
        slot.readyFutures.fail(new IllegalStateException("instance " + slot.instance + " is not wanted any more: " + why));
    }

    private void stop(Incarnation worker, String why) {
        if (worker != null) {
            stopSequence.stop(worker, why);
        }
    }

    /** One worker is to leave and not to be replaced. */
    void removeWorker(Incarnation worker, boolean detach, String why) {
        Slot slot = worker.slot;
        boolean owned = slot.owns(worker);
        boolean replacement = worker == slot.starting && slot.serving != null;
        if (detach) {
            stopSequence.detach(worker, why);
        } else {
            stopSequence.stop(worker, why);
        }
        if (replacement) {
            slot.readyFutures.fail(new IllegalStateException("the replacement, worker " + worker.id() + ", was sent away: " + why));
        } else if (owned) {
            removeSlot(slot, why);
        }
    }

    /** Tells those who scaled when it is done. */
    void completeIfDone() {
        if (scalers.isEmpty()) {
            return;
        }
        Slot lost = null;
        for (Slot slot : registry.slots()) {
            if (slot.gaveUp) {
                lost = slot;
            } else if (slot.wanted && !slot.isFilled() || slot.leaving.stream().anyMatch(ScaleController::isStillStopping)) {
                return;
            }
        }
        int now = registry.wanted();
        if (now != scaledFrom) {
            registry.listener.scaled(scaledFrom, now);
        }
        if (lost == null) {
            scalers.complete(null);
        } else {
            scalers.fail(new IllegalStateException("instance " + lost.instance + " has given up: " + lost.last.why()));
        }
    }

    /** Whether it has to end before what replaces it is complete. */
    static boolean isStillStopping(Incarnation leaving) {
        return switch (leaving.state()) {
            case DETACHED, DEAD -> false;
            default -> true;
        };
    }

    void failPending(Throwable why) {
        scalers.fail(why);
    }
}
