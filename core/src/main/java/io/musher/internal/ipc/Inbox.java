package io.musher.internal.ipc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Messages that have come and wait for listeners: in order, on the listeners' thread, some at a time so that others get their turn. While
 * nobody listens they wait; the sender's window bounds them. Safe for use by several threads.
 */
public final class Inbox {

    private static final int PER_TURN = 256;

    private final Queue<MessageFrame> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Executor thread;
    private final BooleanSupplier hasListener;
    private final BooleanSupplier mayContinue;
    private final Consumer<MessageFrame> reader;
    private volatile Consumer<MessageFrame> onDelivered = letter -> { };

    /**
     * An empty one.
     *
     * @param thread where listeners run, in order, one at a time
     * @param hasListener whether anybody listens
     * @param mayContinue asked before each message on the listeners' thread: false once another thread has taken over
     * @param reader tells the listeners; throws nothing
     */
    public Inbox(Executor thread, BooleanSupplier heard, BooleanSupplier goesOn, Consumer<MessageFrame> reader) {
        this.thread = thread;
        this.hasListener = heard;
        this.mayContinue = goesOn;
        this.reader = reader;
    }

    void onDelivered(Consumer<MessageFrame> action) {
        onDelivered = action;
    }

    void add(MessageFrame letter) {
        queue.add(letter);
        scheduleDelivery();
    }

    /** There may be somebody to listen now. */
    public void scheduleDelivery() {
        if (!queue.isEmpty() && hasListener.getAsBoolean() && !scheduled.getAndSet(true)) {
            thread.execute(this::turn);
        }
    }

    /** Everything that has come is told before whatever the listeners' thread is given next. */
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
        MessageFrame letter;
        for (int i = 0; i < atMost && mayContinue.getAsBoolean() && hasListener.getAsBoolean() && (letter = queue.poll()) != null; i++) {
            try {
                reader.accept(letter);
            } finally {
                onDelivered.accept(letter);
            }
        }
    }
}
