package io.musher;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the user's listeners: in order, on one thread of its own, each listener isolated from the others.
 *
 * <p>A listener that throws is logged and harms nothing. One that runs for long is told of by {@link SlowListeners}; nobody else
 * waits. The thread ends after the last event.
 */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final Delivery END = new Delivery("the end", () -> { });

    /** What is delivered, for the log, and how. */
    private record Delivery(Object what, Runnable how) { }

    private record Listener<E>(Class<E> type, Consumer<? super E> code) {
        void hear(ClusterEvent event) {
            if (type.isInstance(event)) {
                code.accept(type.cast(event));
            }
        }
    }

    private final String name;
    private final List<Listener<?>> listeners = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();
    private final AtomicLong progress = new AtomicLong();
    private final Thread thread;
    private volatile Runnable whenBusy = () -> { };
    private volatile Delivery running;

    Events(String name) {
        this.name = name;
        this.thread = new Thread(this::run, name + "-events");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Something to be run whenever there is something to deliver; on any thread. */
    void whenBusy(Runnable action) {
        whenBusy = action;
    }

    <E extends ClusterEvent> Subscription on(Class<E> type, Consumer<? super E> code) {
        Listener<E> listener = new Listener<>(type, code);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void deliver(ClusterEvent event) {
        deliver(event, () -> listeners.forEach(listener -> hear(listener, event)));
    }

    /** Runs something in the order of the events; {@code what} is for the log. */
    void deliver(Object what, Runnable how) {
        queue.add(new Delivery(what, how));
        whenBusy.run();
    }

    /** Within a delivery that consists of several: one of them is over. */
    void progress() {
        progress.lazySet(progress.get() + 1); // one thread writes
    }

    /** {@return a count that stands still only while one listener runs, or nothing does} */
    long steps() {
        return progress.get();
    }

    boolean isBusy() {
        return running != null || !queue.isEmpty();
    }

    void complain(long seconds) {
        Delivery now = running;
        if (now != null) {
            LOG.warn("{}: a listener has been busy with {} for more than {} s; {} event(s) wait for it", name, now.what, seconds,
                    queue.size());
        }
    }

    /** No event follows. */
    void end() {
        queue.add(END);
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    private void hear(Listener<?> listener, ClusterEvent event) {
        try {
            listener.hear(event);
        } catch (Throwable e) {
            LOG.warn("{}: the listener {} threw on {}; the cluster goes on", name, listener.code.getClass().getName(), event, e);
        }
        progress();
    }

    private void run() {
        while (running != END) {
            try {
                running = null;
                Delivery next = queue.take();
                running = next;
                next.how.run();
                progress();
            } catch (InterruptedException e) {
                LOG.debug("{}: a listener left the events thread interrupted", name);
            }
        }
    }
}
