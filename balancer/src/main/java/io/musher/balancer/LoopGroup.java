package io.musher.balancer;

import io.musher.balancer.loop.Ticker;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The event loops of a balancer; posts tasks to all of them. Thread safe. */
final class LoopGroup {

    private final List<LoopContext> contexts;
    private final Ticker ticker;

    LoopGroup(List<LoopContext> contexts, Ticker ticker) {
        this.contexts = List.copyOf(contexts);
        this.ticker = ticker;
    }

    LoopContext first() {
        return contexts.get(0);
    }

    int size() {
        return contexts.size();
    }

    Ticker ticker() {
        return ticker;
    }

    List<LoopContext> contexts() {
        return contexts;
    }

    /** Runs a task on every loop; skips closed loops. */
    void runOnAll(Consumer<LoopContext> task) {
        for (LoopContext context : contexts) {
            post(context, () -> task.accept(context));
        }
    }

    /**
     * Runs a task on every loop, and, when all have run it, {@code after} on the first loop. Skips closed loops; if the
     * first one is closed, {@code after} runs on the thread that finished last.
     */
    void fence(Runnable after, Consumer<LoopContext> task) {
        AtomicInteger left = new AtomicInteger(contexts.size());
        Runnable done = () -> {
            if (left.decrementAndGet() == 0 && !post(first(), after)) {
                after.run();
            }
        };
        for (LoopContext context : contexts) {
            Runnable each = () -> {
                try {
                    task.accept(context);
                } finally {
                    done.run();
                }
            };
            if (!post(context, each)) {
                done.run();
            }
        }
    }

    private static boolean post(LoopContext context, Runnable task) {
        try {
            context.loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
