package io.musher.internal.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Passes tasks on to another executor, in order. A task that comes after a fence is held back until the fence's future,
 * and those of all fences before it, have completed. Thread safe; no method waits.
 */
public final class FencedExecutor implements Executor {

    private static final class Fence {
        private final List<Runnable> behind = new ArrayList<>();
        private boolean open;
    }

    private final Executor executor;
    private final ArrayDeque<Fence> fences = new ArrayDeque<>(); // guarded by this

    /** Creates an executor without fences that passes tasks on to {@code executor}. */
    public FencedExecutor(Executor executor) {
        this.executor = executor;
    }

    /**
     * Holds back all later tasks until {@code future} completes, which it must do in bounded time, normally or
     * exceptionally.
     */
    public synchronized void fence(CompletableFuture<?> future) {
        if (!future.isDone()) {
            Fence fence = new Fence();
            fences.add(fence);
            future.whenComplete((done, failure) -> open(fence));
        }
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (fences.isEmpty()) {
            executor.execute(task);
        } else {
            fences.getLast().behind.add(task);
        }
    }

    private synchronized void open(Fence opened) {
        opened.open = true;
        while (!fences.isEmpty() && fences.getFirst().open) {
            fences.removeFirst().behind.forEach(executor::execute);
        }
    }
}
