package io.musher.internal.dispatch;

import io.musher.ClusterEvent;
import io.musher.Subscription;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.LoopBorrower;
import io.musher.balancer.loop.Nullable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the user's event and message listeners in order on one events thread, each isolated from the others.
 *
 * <p>A listener that throws is logged; {@link ListenerWatchdog} logs one that runs for long. Only the later deliveries
 * wait for it. The thread ends after the last event. Once there have been messages, the idle events thread runs the
 * control loop itself, so that a message reaches its listener on the thread that has read it, without a hand-off.
 */
public final class ListenerExecutor implements EventLoop.BorrowingThread {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private record Listener<E>(Class<E> type, Consumer<? super E> code) {
        void deliver(ClusterEvent event) {
            if (type.isInstance(event)) {
                code.accept(type.cast(event));
            }
        }
    }

    private final String name;
    private final LoopBorrower control;
    private final List<Listener<?>> listeners = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();
    private final Backlog backlog = new Backlog(queue);
    private final AtomicLong progress = new AtomicLong();
    private final Thread thread;
    private volatile Runnable whenBusy = () -> {};
    private volatile @Nullable Delivery running;
    private boolean messages;
    private boolean ended;

    /**
     * Creates an executor without listeners; does not start its thread.
     *
     * @param name the name of the cluster, for the thread and log lines
     * @param control the loop that the idle events thread may run
     */
    public ListenerExecutor(String name, EventLoop control) {
        this.name = name;
        this.control = new LoopBorrower(control);
        this.thread = new ListenerThread(this::run, name + "-events");
    }

    /** Starts the events thread. */
    public void start() {
        thread.start();
    }

    /** Sets an action that runs, on any thread, whenever a delivery is queued. */
    void whenBusy(Runnable action) {
        whenBusy = action;
    }

    /**
     * Adds a listener for events of a type.
     *
     * @return removes the listener when closed
     */
    public <E extends ClusterEvent> Subscription on(Class<E> type, Consumer<? super E> code) {
        Listener<E> listener = new Listener<>(type, code);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Queues an event for the listeners of its type. */
    public void deliver(ClusterEvent event) {
        Delivery delivery = new Delivery(event, () -> listeners.forEach(listener -> notify(listener, event)));
        boolean queued;
        synchronized (backlog) {
            queued = backlog.add(event, delivery);
        }
        if (queued) {
            deliver(delivery);
        }
    }

    /** Queues messages for their listeners, in the order of the events; {@code what} describes them in log lines. */
    public void deliverMessages(Object what, Runnable code) {
        deliver(new Delivery(what, () -> {
            messages = true;
            code.run();
        }));
    }

    /**
     * Holds back all later events and messages until {@code future} completes, which it must do in bounded time; {@code
     * what} is for the log.
     */
    public void fence(Object what, CompletableFuture<?> future) {
        if (!future.isDone()) {
            deliver(Delivery.fence(what, future));
        }
    }

    private void deliver(Delivery delivery) {
        queue.add(delivery);
        control.wake();
        whenBusy.run();
    }

    /** Marks the end of one listener call within a delivery. */
    public void progress() {
        progress.lazySet(progress.get() + 1); // written by one thread only
    }

    /** {@return a counter that does not change while one listener is running or the thread is idle} */
    long steps() {
        return progress.get();
    }

    boolean isBusy() {
        return running != null || !queue.isEmpty();
    }

    void logSlow(long seconds) {
        Delivery now = running;
        if (now != null) {
            LOG.warn("{}: a listener has been busy with {} for more than {} s; events that wait for it: {}", name, now,
                    seconds, queue.size());
        }
    }

    /** Ends the thread after the queued deliveries. */
    public void end() {
        deliver(new Delivery("the end", () -> ended = true));
    }

    /**
     * Waits until the last event has been delivered, at most for the given time, and logs what is not delivered by
     * then. Returns at once on the events thread.
     */
    public void awaitEnd(long millis) throws InterruptedException {
        if (!isCurrentThread()) {
            thread.join(millis);
            if (thread.isAlive()) {
                LOG.warn(
                        "{}: stops waiting for its listeners: one is still busy with {}; events that will not be"
                                + " delivered: {}",
                        name, running, queue.size());
            }
        }
    }

    /** {@return whether the calling thread is the events thread} */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    private void notify(Listener<?> listener, ClusterEvent event) {
        try {
            listener.deliver(event);
        } catch (Throwable e) {
            LOG.warn("{}: the listener {} threw on {}; other listeners are not affected", name,
                    listener.code.getClass().getName(),
                    event, e);
        }
        progress();
    }

    private void run() {
        while (!ended) {
            try {
                if (messages && queue.isEmpty() && control.mayBorrow()) {
                    control.borrow(this);
                } else {
                    run(queue.take());
                }
            } catch (InterruptedException e) {
                LOG.trace("{}: unexpected interrupt of the events thread ignored", name);
            }
        }
    }

    @Override
    public boolean hasWork() {
        return !queue.isEmpty();
    }

    @Override
    public boolean work() {
        for (Delivery next; !ended && (next = queue.peek()) != null;) {
            if (!next.isDue()) {
                return false; // a fence: the loop must not wait for it
            }
            next = queue.poll(); // only a change of readiness or port can have been removed meanwhile
            if (next != null) {
                run(next);
            }
        }
        return !ended;
    }

    private void run(Delivery next) {
        running = next;
        try {
            ListenerThread.listen(next::run);
        } catch (Throwable e) { // even logging the listener's exception failed, for lack of memory
            LOG.error("{}: an event could not be delivered for lack of memory; later events are delivered", name);
        } finally {
            progress();
            running = null;
        }
    }
}
