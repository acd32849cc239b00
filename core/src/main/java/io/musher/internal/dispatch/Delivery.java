package io.musher.internal.dispatch;

import java.util.concurrent.CompletableFuture;

/**
 * Holds an event or messages to be delivered to listeners: a description for the log and the code that calls the
 * listeners; or a fence, which holds back all later deliveries until a future completes.
 */
final class Delivery {

    private static final CompletableFuture<?> COMPLETED = CompletableFuture.completedFuture(null);

    private final Object what;
    private final Runnable code;
    private final CompletableFuture<?> due;
    private volatile boolean begun;

    Delivery(Object what, Runnable code) {
        this(what, code, COMPLETED);
    }

    private Delivery(Object what, Runnable code, CompletableFuture<?> due) {
        this.what = what;
        this.code = code;
        this.due = due;
    }

    /** {@return a fence: to run it is to wait for the future} */
    static Delivery fence(Object what, CompletableFuture<?> future) {
        CompletableFuture<Void> end = future.handle((done, failure) -> null);
        return new Delivery(what, end::join, end);
    }

    /** {@return whether it can be delivered without waiting} */
    boolean isDue() {
        return due.isDone();
    }

    /** {@return whether listeners are receiving it or have received it} */
    boolean isBegun() {
        return begun;
    }

    void run() {
        begun = true;
        code.run();
    }

    @Override
    public String toString() {
        return String.valueOf(what);
    }
}
