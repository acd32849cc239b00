package io.musher.balancer;

import io.musher.balancer.loop.Ticker;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The event loops of a balancer; posts tasks to all of them. Thread safe. */
final class LoopGroup {

    private final List<LoopContext> lanes;
    private final Ticker ticker;

    LoopGroup(List<LoopContext> lanes, Ticker ticker) {
        this.lanes = List.copyOf(lanes);
        this.ticker = ticker;
    }

    LoopContext first() {
        return lanes.get(0);
    }

    int size() {
        return lanes.size();
    }

    Ticker ticker() {
        return ticker;
    }

    List<LoopContext> list() {
        return lanes;
    }

    /** Runs a task on every loop; skips closed loops. */
    void all(Consumer<LoopContext> task) {
        for (LoopContext context : lanes) {
            post(context, () -> task.accept(context));
        }
    }

    /**
     * Runs a task on every loop, and, when all have run it, {@code after} on the first loop. Skips closed loops; if the
     * first one is closed, {@code after} runs on the thread that finished last.
     */
    void fence(Runnable after, Consumer<LoopContext> task) {
        AtomicInteger left = new AtomicInteger(lanes.size());
        Runnable done = () -> {
            if (left.decrementAndGet() == 0 && !post(first(), after)) {
                after.run();
            }
        };
        for (LoopContext context : lanes) {
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
