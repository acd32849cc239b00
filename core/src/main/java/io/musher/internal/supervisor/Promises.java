package io.musher.internal.supervisor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Futures that wait for one thing; completed apart from the supervisor's thread. */
final class Promises<T> {

    private final Actions actions;
    private final List<CompletableFuture<T>> waiting = new ArrayList<>();

    Promises(Actions actions) {
        this.actions = actions;
    }

    void add(CompletableFuture<T> promise) {
        waiting.add(promise);
    }

    void addAll(Promises<T> others) {
        waiting.addAll(others.waiting);
        others.waiting.clear();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void complete(T value) {
        for (CompletableFuture<T> promise : waiting) {
            actions.callback(() -> promise.complete(value));
        }
        waiting.clear();
    }

    void fail(Throwable why) {
        waiting.forEach(promise -> fail(actions, promise, why));
        waiting.clear();
    }

    static void fail(Actions actions, CompletableFuture<?> promise, Throwable why) {
        actions.callback(() -> promise.completeExceptionally(why));
    }
}
