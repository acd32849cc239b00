package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Decides which slots are wanted: {@code scale}, {@code fork}, and stop or disconnect of single workers. The last
 * request wins.
 */
final class ScaleController {

    private final WorkerRegistry registry;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final PendingFutures<Void> scaleFutures;
    private int scaledFrom;

    ScaleController(WorkerRegistry registry, BootQueue bootQueue, StopSequence stopSequence) {
        this.registry = registry;
        this.bootQueue = bootQueue;
        this.stopSequence = stopSequence;
        this.scaleFutures = new PendingFutures<>(registry.actions);
    }

    /**
     * Changes the number of wanted instances. Revives wanted slots that were given up, because the caller wants this
     * number of serving workers.
     */
    void scale(int instances, CompletableFuture<Void> future) {
        Limit limit = registry.generation.limit();
        Optional<String> refusal = limit.refusal(instances);
        int before = registry.wanted();
        List<Slot> free = refusal.isPresent() ? List.of() : registry.lowestFree(instances - before, limit.instances());
        if (refusal.isPresent()) {
            PendingFutures.fail(registry.actions, future,
                    new IllegalArgumentException("scale to " + instances + ": " + refusal.get()));
        } else if (free.size() < instances - before) {
            PendingFutures.fail(registry.actions, future, noFreeInstance("scale to " + instances, limit));
        } else {
            scaledFrom = scaleFutures.isEmpty() ? before : scaledFrom;
            scaleFutures.add(future);
            String why = "scaled to " + instances;
            free.forEach(slot -> markWanted(slot, Map.of(), why));
            registry.scaleDownCandidates(Math.max(0, before - instances)).forEach(slot -> removeSlot(slot, why));
            registry.slots().stream().filter(slot -> slot.gaveUp).forEach(slot -> revive(slot, why));
        }
    }

    /** Requests the first workers; the caller has checked the number. */
    void start(int instances) {
        registry.lowestFree(instances, instances).forEach(slot -> markWanted(slot, Map.of(), "start() was called"));
    }

    void fork(Map<String, String> environment, CompletableFuture<Incarnation> future) {
        Limit limit = registry.generation.limit();
        Optional<String> refusal = limit.refusal(registry.wanted() + 1);
        List<Slot> free = refusal.isPresent() ? List.of() : registry.lowestFree(1, limit.instances());
        if (refusal.isPresent()) {
            PendingFutures.fail(registry.actions, future, new IllegalStateException("fork(): " + refusal.get()));
        } else if (free.isEmpty()) {
            PendingFutures.fail(registry.actions, future, noFreeInstance("fork()", limit));
        } else {
            markWanted(free.get(0), environment, "fork() was called");
            free.get(0).readyFutures.add(future);
        }
    }

    private static IllegalStateException noFreeInstance(String request, Limit limit) {
        return new IllegalStateException(
                request + ": the instances that are not wanted have ports that disconnected workers still hold, "
                        + "and there is none above " + (limit.instances() - 1) + ": " + limit.why());
    }

    void markWanted(Slot slot, Map<String, String> environment, String why) {
        registry.addSlot(slot);
        slot.wanted = true;
        slot.environment = environment;
        slot.generation = registry.generation;
        bootQueue.add(slot, why);
    }

    /** Restarts a wanted slot that was given up, with a fresh restart budget. */
    void revive(Slot slot, String why) {
        slot.budget.clear();
        bootQueue.add(slot, why);
    }

    /** Marks the slot as unwanted and stops its workers. */
    void removeSlot(Slot slot, String why) {
        markUnwanted(slot, why);
        stop(slot.starting, why);
        stop(slot.serving, why);
    }

    /** Marks the slot as unwanted and cancels a pending start; does not stop its workers. */
    void markUnwanted(Slot slot, String why) {
        slot.wanted = false;
        slot.gaveUp = false;
        slot.endBackoff();
        slot.budget.clear();
        bootQueue.remove(slot);
        slot.readyFutures.fail(new IllegalStateException(slot.name + " is no longer wanted: " + why));
    }

    private void stop(@Nullable Incarnation worker, String why) {
        if (worker != null) {
            stopSequence.stop(worker, why);
        }
    }

    /** Stops or disconnects one worker without a replacement. */
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
            slot.readyFutures.fail(
                    new IllegalStateException("the replacement, worker " + worker.id() + ", was stopped: " + why));
        } else if (owned) {
            removeSlot(slot, why);
        }
    }

    /**
     * Completes the pending {@code scale} futures when all wanted instances serve or are given up, and no released
     * worker is still stopping.
     */
    void completeIfDone() {
        if (scaleFutures.isEmpty()) {
            return;
        }
        Slot failed = null;
        for (Slot slot : registry.slots()) {
            if (slot.gaveUp) {
                failed = slot;
            } else if (slot.wanted && !slot.hasServingWorker()
                    || slot.released.stream().anyMatch(ScaleController::isStillStopping)) {
                return;
            }
        }
        if (failed != null) {
            scaleFutures.fail(
                    new IllegalStateException(
                            failed.name + " has given up: " + failed.last.map(Incarnation::why).orElse(failed.why)));
            return;
        }
        int wanted = registry.wanted();
        if (wanted != scaledFrom) {
            registry.listener.scaled(scaledFrom, wanted);
        }
        scaleFutures.complete(null);
    }

    /** Returns whether a released worker has to end before its replacement counts as complete. */
    static boolean isStillStopping(Incarnation leaving) {
        return switch (leaving.state()) {
            case DETACHED, DEAD -> false;
            default -> true;
        };
    }

    void failPending(Throwable why) {
        scaleFutures.fail(why);
    }
}
