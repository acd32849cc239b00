package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Futures of callers that wait for the same result. Completes them with {@link Actions#callback}, never on the control
 * thread.
 */
final class PendingFutures<T> {

    private final Actions actions;
    private final List<CompletableFuture<T>> futures = new ArrayList<>();

    PendingFutures(Actions actions) {
        this.actions = actions;
    }

    void add(CompletableFuture<T> future) {
        futures.add(future);
    }

    void addAll(PendingFutures<T> others) {
        futures.addAll(others.futures);
        others.futures.clear();
    }

    boolean isEmpty() {
        return futures.isEmpty();
    }

    void complete(@Nullable T value) {
        for (CompletableFuture<T> future : futures) {
            actions.callback(() -> future.complete(value));
        }
        futures.clear();
    }

    void fail(Throwable why) {
        futures.forEach(future -> fail(actions, future, why));
        futures.clear();
    }

    static void fail(Actions actions, CompletableFuture<?> future, Throwable why) {
        actions.callback(() -> future.completeExceptionally(why));
    }
}
