package io.musher.balancer;

import io.musher.balancer.loop.Ticker;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** All lanes of a balancer, for what concerns every one of them. Thread safe. */
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

    /** Runs a task on every lane; lanes that have ended are passed over. */
    void all(Consumer<LoopContext> task) {
        for (LoopContext context : lanes) {
            post(context, () -> task.accept(context));
        }
    }

    /**
     * Runs a task on every lane, and when all have run it {@code after} on the first. A lane that has ended is passed over; if
     * it is the first, {@code after} runs where the last task did.
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
