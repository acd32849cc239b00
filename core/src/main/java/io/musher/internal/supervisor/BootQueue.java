package io.musher.internal.supervisor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Slots that need a process, in the order they asked; lets a limited number boot at once, and none onto a port still
 * held.
 */
final class BootQueue {

    private final WorkerRegistry registry;
    private final Set<Slot> line = new LinkedHashSet<>();

    BootQueue(WorkerRegistry registry) {
        this.registry = registry;
    }

    /** The slot gets a process as soon as may be. */
    void add(Slot slot, String why) {
        slot.endBackoff();
        slot.gaveUp = false;
        slot.queued = true;
        slot.why = why;
        line.add(slot);
    }

    void remove(Slot slot) {
        slot.queued = false;
        slot.restartedByPolicy = false;
        line.remove(slot);
    }

    /** Starts whom it can; harmless at any time. */
    void pump() {
        if (line.isEmpty()) {
            return;
        }
        int booting = 0;
        for (Slot slot : registry.slots()) {
            if (slot.starting != null && slot.starting.isBooting() && !slot.starting.soaking) {
                booting++;
            }
        }
        List<Slot> next = new ArrayList<>();
        for (Slot slot : line) {
            if (booting >= registry.config.bootLimit()) {
                break;
            } else if (hasPort(slot)) {
                booting++;
                next.add(slot);
            }
        }
        next.forEach(this::start);
    }

    /** A comer that is on its way out holds the place: the next one starts when it is reaped. */
    private boolean hasPort(Slot slot) {
        return slot.starting == null && (registry.config.ports() != PortMode.FIXED || slot.living().isEmpty());
    }

    private void start(Slot slot) {
        if (slot.restartedByPolicy) {
            slot.restarts++;
        }
        remove(slot);
        registry.actions.spawn(registry.newIncarnation(slot));
    }
}
