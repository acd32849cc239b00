package io.musher.internal.dispatch;

import io.musher.ClusterEvent;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;

/**
 * Bounds the queue of events while a listener is slow and a worker changes its readiness or port repeatedly
 * (backpressure by dropping): of {@value #MAX_PENDING} such events of a worker that no listener has received, a change
 * and its opposite cancel out, and the oldest port is dropped. All other events are kept. Not thread-safe.
 */
final class Backlog {

    static final int MAX_PENDING = 32;

    private record Change(boolean ready, Delivery delivery) {}

    private final Queue<Delivery> queue;
    /** By the worker. */
    private final Map<Object, ArrayDeque<Change>> changes = new HashMap<>();
    private final Map<Object, ArrayDeque<Delivery>> ports = new HashMap<>();

    /**
     * Creates a backlog for the queue that listeners are served from; dropped deliveries are removed from the queue.
     */
    Backlog(Queue<Delivery> queue) {
        this.queue = queue;
    }

    /**
     * Registers an event before its delivery is queued.
     *
     * @return whether the delivery is to be added to the queue
     */
    boolean add(ClusterEvent event, Delivery delivery) {
        if (event instanceof ClusterEvent.Ready ready) {
            return change(ready.worker(), true, delivery);
        } else if (event instanceof ClusterEvent.NotReady notReady) {
            return change(notReady.worker(), false, delivery);
        } else if (event instanceof ClusterEvent.Listening listening) {
            port(listening.worker(), delivery);
        } else if (event instanceof ClusterEvent.Exited exited) {
            changes.remove(exited.worker());
            ports.remove(exited.worker());
        }
        return true;
    }

    private boolean change(Object worker, boolean ready, Delivery delivery) {
        ArrayDeque<Change> pending = changes.computeIfAbsent(worker, each -> new ArrayDeque<>());
        removeBegun(pending, Change::delivery);
        if (pending.size() >= MAX_PENDING) {
            Change last = pending.removeLast();
            if (pending.getLast().ready == ready && last.ready != ready && queue.remove(last.delivery)) {
                return false; // the previous event reports the same state
            }
            pending.addLast(last);
        }
        pending.addLast(new Change(ready, delivery));
        return true;
    }

    private void port(Object worker, Delivery delivery) {
        ArrayDeque<Delivery> pending = ports.computeIfAbsent(worker, each -> new ArrayDeque<>());
        removeBegun(pending, each -> each);
        if (pending.size() >= MAX_PENDING) {
            queue.remove(pending.removeFirst());
        }
        pending.addLast(delivery);
    }

    private static <T> void removeBegun(ArrayDeque<T> deliveries, Function<T, Delivery> delivery) {
        while (!deliveries.isEmpty() && delivery.apply(deliveries.getFirst()).isBegun()) {
            deliveries.removeFirst();
        }
    }
}
