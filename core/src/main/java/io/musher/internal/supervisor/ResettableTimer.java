package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.time.Duration;
import java.util.function.Consumer;

/** Timer with at most one pending deadline: setting the timer again cancels the previous deadline. */
final class ResettableTimer {

    /** Longer delays are treated as infinite. */
    private static final long MAX_NANOS = Long.MAX_VALUE / 4;
    /** In how many steps a worker's time is measured, and how many of them may be repeated. */
    private static final int STEPS = 10;
    /** A step that ends later by this was not delayed by load: this process was halted, as by SIGSTOP or a freezer. */
    private static final long HALTED_NANOS = 1_000_000_000L;

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

    /**
     * Sets the end of the time that a worker has for something. A time during which this process was halted does not
     * count, because the worker may have been halted, too, or waits for an answer: the step in which the halt was
     * noticed is repeated.
     */
    void setTimeout(Duration timeout, Runnable task) {
        cancel();
        long nanos = nanos(timeout);
        nextStep(nanos, (nanos + STEPS - 1) / STEPS, STEPS, task);
    }

    private void nextStep(long left, long step, int repeatable, Runnable task) {
        long begun = actions.now();
        long length = Math.min(left, step);
        timer = actions.schedule(length, () -> {
            long passed = actions.now() - begun;
            boolean halted = passed - length > HALTED_NANOS && repeatable > 0;
            long rest = halted ? left : left - passed;
            if (rest > 0) {
                nextStep(rest, step, halted ? repeatable - 1 : repeatable, task);
            } else {
                timer = null;
                turn.accept(task);
            }
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
