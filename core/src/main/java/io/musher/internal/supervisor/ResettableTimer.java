package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.time.Duration;
import java.util.function.Consumer;

/** Timer with at most one pending deadline: setting the timer again cancels the previous deadline. */
final class ResettableTimer {

    /** Longer delays are treated as infinite. */
    private static final long MAX_NANOS = Long.MAX_VALUE / 4;

    private final Actions actions;
    private final Consumer<Runnable> turn;
    private @Nullable Timers.Timer timer;

    /** @param turn runs each task as one turn of the supervisor */
    ResettableTimer(Actions actions, Consumer<Runnable> turn) {
        this.actions = actions;
        this.turn = turn;
    }

    void set(Duration delay, Runnable task) {
        set(nanos(delay), task);
    }

    void set(long delayNanos, Runnable task) {
        cancel();
        timer = actions.schedule(delayNanos, () -> {
            timer = null;
            turn.accept(task);
        });
    }

    void cancel() {
        if (timer != null) {
            actions.cancel(timer);
            timer = null;
        }
    }

    boolean isSet() {
        return timer != null;
    }

    static long nanos(Duration duration) {
        return duration.getSeconds() >= MAX_NANOS / 1_000_000_000 ? MAX_NANOS : duration.toNanos();
    }
}
