package io.musher;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;

/**
 * Keeps a worker that changes its readiness or its port again and again from filling the queue of events while a listener takes its time:
 * of {@value #MOST} such events that no listener has been told of, a change and its opposite cancel out, and the oldest port is forgotten.
 * All other events are kept. One thread at a time.
 */
final class Backlog {

    static final int MOST = 32;

    private record Change(boolean ready, Delivery delivery) { }

    private final Queue<Delivery> queue;
    private final Map<Worker, ArrayDeque<Change>> changes = new HashMap<>();
    private final Map<Worker, ArrayDeque<Delivery>> ports = new HashMap<>();

    /** {@code queue} is where listeners take from, and what is not to be told is removed. */
    Backlog(Queue<Delivery> queue) {
        this.queue = queue;
    }

    /** {@return whether listeners are to be told, after all that they are told already} */
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

    private boolean change(Worker worker, boolean ready, Delivery delivery) {
        ArrayDeque<Change> untold = changes.computeIfAbsent(worker, each -> new ArrayDeque<>());
        forgetTold(untold, Change::delivery);
        if (untold.size() >= MOST) {
            Change last = untold.removeLast();
            if (untold.getLast().ready == ready && last.ready != ready && queue.remove(last.delivery)) {
                return false; // the one before says the same
            }
            untold.addLast(last);
        }
        untold.addLast(new Change(ready, delivery));
        return true;
    }

    private void port(Worker worker, Delivery delivery) {
        ArrayDeque<Delivery> untold = ports.computeIfAbsent(worker, each -> new ArrayDeque<>());
        forgetTold(untold, each -> each);
        if (untold.size() >= MOST) {
            queue.remove(untold.removeFirst());
        }
        untold.addLast(delivery);
    }

    private static <T> void forgetTold(ArrayDeque<T> deliveries, Function<T, Delivery> delivery) {
        while (!deliveries.isEmpty() && delivery.apply(deliveries.getFirst()).isBegun()) {
            deliveries.removeFirst();
        }
    }
}
