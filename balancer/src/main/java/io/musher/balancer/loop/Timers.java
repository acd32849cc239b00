package io.musher.balancer.loop;

import java.util.Arrays;

/**
 * Timer queue of an event loop, a binary heap of deadlines. Not thread safe.
 *
 * <p>A timer runs once. Cancelling removes it at once, so cancelled timers hold no memory. Timers with the same
 * deadline run in the order they were set.
 */
public final class Timers {

    /** A pending timer; the handle for {@link Timers#cancel}. */
    public static final class Timer {
        private final long at;
        private final long order;
        private @Nullable Runnable task;
        private int place;

        private Timer(long at, long order, Runnable task) {
            this.at = at;
            this.order = order;
            this.task = task;
        }

        private boolean isBefore(Timer other) {
            long difference = at - other.at;
            return difference < 0 || difference == 0 && order < other.order;
        }
    }

    private Timer[] heap = new Timer[16];
    private int size;
    private long orders;

    /** Creates an empty queue. */
    public Timers() {}

    /**
     * Sets a timer.
     *
     * @param at the deadline, in nanoseconds of the owner's {@link Ticker}
     * @param task what to run
     * @return a handle for {@link #cancel}
     */
    public Timer set(long at, Runnable task) {
        Timer timer = new Timer(at, orders++, task);
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        place(timer, size++);
        up(timer);
        return timer;
    }

    /**
     * Removes a timer; ignores null, and timers that ran or were cancelled.
     *
     * @param timer the handle, or null
     */
    public void cancel(@Nullable Timer timer) {
        if (timer == null || timer.task == null) {
            return;
        }
        timer.task = null;
        Timer last = heap[--size];
        heap[size] = null;
        if (last != timer) {
            place(last, timer.place);
            up(last);
            down(last);
        }
    }

    /** {@return whether no timer is pending} */
    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * {@return nanoseconds until the first deadline, 0 if it has passed, -1 if there is none}
     *
     * @param now the current time
     */
    public long untilNext(long now) {
        return size == 0 ? -1 : Math.max(0, heap[0].at - now);
    }

    /**
     * Removes the first timer that is due.
     *
     * @param now the current time
     * @return the task of the timer, or null if none is due
     */
    public @Nullable Runnable takeDue(long now) {
        if (size == 0 || heap[0].at - now > 0) {
            return null;
        }
        Runnable task = heap[0].task;
        cancel(heap[0]);
        return task;
    }

    private void up(Timer timer) {
        while (timer.place > 0) {
            Timer parent = heap[(timer.place - 1) / 2];
            if (!timer.isBefore(parent)) {
                return;
            }
            int free = parent.place;
            place(parent, timer.place);
            place(timer, free);
        }
    }

    private void down(Timer timer) {
        for (int child = 2 * timer.place + 1; child < size; child = 2 * timer.place + 1) {
            if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
                child++;
            }
            Timer smaller = heap[child];
            if (!smaller.isBefore(timer)) {
                return;
            }
            int free = smaller.place;
            place(smaller, timer.place);
            place(timer, free);
        }
    }

    private void place(Timer timer, int place) {
        heap[place] = timer;
        timer.place = place;
    }
}
