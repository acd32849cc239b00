package io.musher;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers events to the user's listeners: in order, on one thread of its own, each listener isolated from the others.
 *
 * <p>A listener that throws is logged and harms nothing. One that runs longer than 5 s is logged with the number of events that
 * wait for it; nobody else waits. The thread ends after the last event.
 */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long SLOW_SECONDS = 5;
    private static final Runnable END = () -> { };

    private record Listener<E>(Class<E> type, Consumer<? super E> code) {
        void hear(ClusterEvent event) {
            if (type.isInstance(event)) {
                code.accept(type.cast(event));
            }
        }
    }

    private final String name;
    private final List<Listener<?>> listeners = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile Runnable running;

    Events(String name) {
        this.name = name;
        this.thread = new Thread(this::run, name + "-events");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    <E extends ClusterEvent> Subscription on(Class<E> type, Consumer<? super E> code) {
        Listener<E> listener = new Listener<>(type, code);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Queues an event. {@return a check to be run after {@link #slowNanos}: logs if its listeners still run by then} */
    Runnable deliver(ClusterEvent event) {
        Runnable delivery = () -> listeners.forEach(listener -> hear(listener, event));
        queue.add(delivery);
        return () -> {
            if (running == delivery) {
                LOG.warn("{}: a listener has been busy with {} for more than {} s; {} event(s) wait for it", name, event,
                        SLOW_SECONDS, queue.size());
            }
        };
    }

    static long slowNanos() {
        return TimeUnit.SECONDS.toNanos(SLOW_SECONDS);
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
    }

    private void run() {
        while (running != END) {
            try {
                running = null;
                Runnable next = queue.take();
                running = next;
                next.run();
            } catch (InterruptedException e) {
                LOG.debug("{}: a listener left the events thread interrupted", name);
            }
        }
    }
}
