package io.musher.internal.supervisor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Futures that wait for one thing; completed apart from the supervisor's thread. */
final class PendingFutures<T> {

    private final Actions actions;
    private final List<CompletableFuture<T>> futures = new ArrayList<>();

    PendingFutures(Actions actions) {
        this.actions = actions;
    }

    void add(CompletableFuture<T> promise) {
        futures.add(promise);
    }

    void addAll(PendingFutures<T> others) {
        futures.addAll(others.futures);
        others.futures.clear();
    }

    boolean isEmpty() {
        return futures.isEmpty();
    }

    void complete(T value) {
        for (CompletableFuture<T> promise : futures) {
            actions.callback(() -> promise.complete(value));
        }
        futures.clear();
    }

    void fail(Throwable why) {
        futures.forEach(promise -> fail(actions, promise, why));
        futures.clear();
    }

    static void fail(Actions actions, CompletableFuture<?> promise, Throwable why) {
        actions.callback(() -> promise.completeExceptionally(why));
    }
}
