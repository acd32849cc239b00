package io.musher.internal.ipc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Queues received messages and delivers them to message listeners, in order, on the listener thread. Delivers in
 * batches, so that other tasks of that thread get their turn. Keeps messages while there is no listener; the sender's
 * window bounds the queue. Thread-safe.
 */
public final class Inbox {

    private static final int PER_TURN = 256;

    private final Queue<MessageFrame> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Executor thread;
    private final BooleanSupplier hasListener;
    private final BooleanSupplier mayContinue;
    private final Consumer<MessageFrame> reader;
    private volatile Consumer<MessageFrame> onDelivered = message -> {};

    /**
     * Creates an empty inbox.
     *
     * @param thread runs listeners, in order, one at a time
     * @param hasListener whether a listener is registered; queried before each message
     * @param mayContinue queried before each message on the listener thread; false once another thread has replaced it
     * @param reader passes a message to the listeners; must not throw
     */
    public Inbox(Executor thread, BooleanSupplier hasListener, BooleanSupplier mayContinue,
            Consumer<MessageFrame> reader) {
        this.thread = thread;
        this.hasListener = hasListener;
        this.mayContinue = mayContinue;
        this.reader = reader;
    }

    void onDelivered(Consumer<MessageFrame> action) {
        onDelivered = action;
    }

    void add(MessageFrame message) {
        queue.add(message);
        scheduleDelivery();
    }

    /** Schedules the delivery of queued messages, if there is a listener. To be called when a listener is added. */
    public void scheduleDelivery() {
        if (!queue.isEmpty() && hasListener.getAsBoolean() && !scheduled.getAndSet(true)) {
            thread.execute(this::turn);
        }
    }

    /** Schedules the delivery of all queued messages, ahead of any task that the listener thread gets later. */
    public void flush() {
        if (!queue.isEmpty()) {
            thread.execute(() -> deliver(Integer.MAX_VALUE));
        }
    }

    private void turn() {
        try {
            deliver(PER_TURN);
        } finally {
            scheduled.set(false);
            scheduleDelivery();
        }
    }

    private void deliver(int atMost) {
        MessageFrame message;
        for (int i = 0; i < atMost && mayContinue.getAsBoolean() && hasListener.getAsBoolean()
                && (message = queue.poll()) != null; i++) {
            try {
                reader.accept(message);
            } finally {
                onDelivered.accept(message);
            }
        }
    }
}
