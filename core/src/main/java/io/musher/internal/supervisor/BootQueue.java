package io.musher.internal.supervisor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Queue of slots that need a process. Starts them in order, as long as fewer workers boot than the boot limit allows; a
 * slot whose fixed port is still held is skipped.
 */
final class BootQueue {

    private final WorkerRegistry registry;
    private final Set<Slot> queue = new LinkedHashSet<>();

    BootQueue(WorkerRegistry registry) {
        this.registry = registry;
    }

    /** Queues a slot; ends its backoff. */
    void add(Slot slot, String why) {
        slot.endBackoff();
        slot.gaveUp = false;
        slot.queued = true;
        slot.restartedByPolicy = false;
        slot.recycling = Optional.empty();
        slot.why = why;
        queue.add(slot);
    }

    /** Queues a slot for a restart by the restart policy, which counts as such. */
    void addRestart(Slot slot, String why) {
        add(slot, why);
        slot.restartedByPolicy = true;
    }

    /** Queues the slot of a worker for a recycling replacement. */
    void addRecycling(Incarnation worker, String why) {
        add(worker.slot, "replaces worker " + worker.id() + ", which " + why);
        worker.slot.recycling = Optional.of(why);
    }

    void remove(Slot slot) {
        slot.queued = false;
        slot.restartedByPolicy = false;
        queue.remove(slot);
    }

    /**
     * Starts as many queued slots as possible; may be called at any time.
     *
     * @param events where the processes report
     * @param clusterStarts whether the start of the cluster waits for all workers: twice as many may boot then, which
     *     disturbs no worker that serves, and the processors do not idle between one that is ready and the next
     */
    void startNext(ProcessEvents events, boolean clusterStarts) {
        if (queue.isEmpty()) {
            return;
        }
        int limit = clusterStarts ? 2 * registry.config.bootLimit() : registry.config.bootLimit();
        int booting = 0;
        for (Slot slot : registry.slots()) {
            if (slot.starting != null && slot.starting.isBooting() && !slot.starting.soak.isRunning()) {
                booting++;
            }
        }
        List<Slot> next = new ArrayList<>();
        for (Slot slot : queue) {
            if (booting >= limit) {
                break;
            } else if (canStart(slot)) {
                booting++;
                next.add(slot);
            }
        }
        next.forEach(slot -> start(slot, events));
    }

    /**
     * Returns whether the slot can start a process: a starting worker that is being killed occupies the slot until
     * reaped.
     */
    private boolean canStart(Slot slot) {
        return slot.starting == null && (registry.config.ports() != PortMode.FIXED || slot.living().isEmpty());
    }

    private void start(Slot slot, ProcessEvents events) {
        if (slot.restartedByPolicy) {
            slot.restarts++;
        }
        remove(slot);
        registry.newIncarnation(slot).spawn(events, registry.wanted());
    }
}
