package io.musher.balancer;

import io.musher.balancer.loop.Ticker;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** All lanes of a balancer, for what concerns every one of them. Thread safe. */
final class Lanes {

    private final List<Lane> lanes;
    private final Ticker ticker;

    Lanes(List<Lane> lanes, Ticker ticker) {
        this.lanes = List.copyOf(lanes);
        this.ticker = ticker;
    }

    Lane first() {
        return lanes.get(0);
    }

    int size() {
        return lanes.size();
    }

    Ticker ticker() {
        return ticker;
    }

    List<Lane> list() {
        return lanes;
    }

    /** Runs a task on every lane; lanes that have ended are passed over. */
    void all(Consumer<Lane> task) {
        for (Lane lane : lanes) {
            post(lane, () -> task.accept(lane));
        }
    }

    /**
     * Runs a task on every lane, and when all have run it {@code after} on the first. A lane that has ended is passed over; if
     * it is the first, {@code after} runs where the last task did.
     */
    void fence(Runnable after, Consumer<Lane> task) {
        AtomicInteger left = new AtomicInteger(lanes.size());
        Runnable done = () -> {
            if (left.decrementAndGet() == 0 && !post(first(), after)) {
                after.run();
            }
        };
        for (Lane lane : lanes) {
            Runnable each = () -> {
                try {
                    task.accept(lane);
                } finally {
                    done.run();
                }
            };
            if (!post(lane, each)) {
                done.run();
            }
        }
    }

    private static boolean post(Lane lane, Runnable task) {
        try {
            lane.loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
