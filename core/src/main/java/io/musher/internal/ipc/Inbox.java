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

    private final Queue<Letter> letters = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Executor thread;
    private final BooleanSupplier heard;
    private final BooleanSupplier goesOn;
    private final Consumer<Letter> reader;
    private volatile Consumer<Letter> taken = letter -> { };

    /**
     * An empty one.
     *
     * @param thread where listeners run, in order, one at a time
     * @param heard whether anybody listens
     * @param goesOn asked before each message on the listeners' thread: false once another thread has taken over
     * @param reader tells the listeners; throws nothing
     */
    public Inbox(Executor thread, BooleanSupplier heard, BooleanSupplier goesOn, Consumer<Letter> reader) {
        this.thread = thread;
        this.heard = heard;
        this.goesOn = goesOn;
        this.reader = reader;
    }

    void whenTaken(Consumer<Letter> action) {
        taken = action;
    }

    void add(Letter letter) {
        letters.add(letter);
        poke();
    }

    /** There may be somebody to listen now. */
    public void poke() {
        if (!letters.isEmpty() && heard.getAsBoolean() && !scheduled.getAndSet(true)) {
            thread.execute(this::turn);
        }
    }

    /** Everything that has come is told before whatever the listeners' thread is given next. */
    public void flush() {
        if (!letters.isEmpty()) {
            thread.execute(() -> deliver(Integer.MAX_VALUE));
        }
    }

    private void turn() {
        try {
            deliver(PER_TURN);
        } finally {
            scheduled.set(false);
            poke();
        }
    }

    private void deliver(int atMost) {
        Letter letter;
        for (int i = 0; i < atMost && goesOn.getAsBoolean() && heard.getAsBoolean() && (letter = letters.poll()) != null; i++) {
            try {
                reader.accept(letter);
            } finally {
                taken.accept(letter);
            }
        }
    }
}
