package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import io.musher.internal.worker.CallbackThread.Job;
import io.musher.internal.worker.CallbackThread.Phase;

/**
 * Watches running hooks and listeners for timeouts: logs one that hangs, at doubling intervals, and abandons it when a
 * later phase is waiting for it. Loop thread only, except {@link #isWatching}.
 */
final class HookWatchdog {

    private final EventLoop loop;
    private final CallbackThread callbacks;
    private final long slowNanos;
    private Phase phase = Phase.MESSAGE;
    private @Nullable Timers.Timer timer;
    /** The number of checks in a row that found the same step running. */
    private int stuckChecks;
    private volatile boolean watching;

    HookWatchdog(EventLoop loop, CallbackThread callbacks, long slowNanos) {
        this.loop = loop;
        this.callbacks = callbacks;
        this.slowNanos = slowNanos;
    }

    /** Starts watching when hooks of a phase have been queued; a new phase restarts the timeout of the running job. */
    void phaseBegun(Phase next) {
        boolean later = next.compareTo(phase) > 0;
        if (later) {
            phase = next;
            loop.cancel(timer);
        }
        if (later || !watching) {
            watching = true;
            watch(callbacks.running(), callbacks.steps());
        }
    }

    /** {@return whether jobs are being watched; any thread} */
    boolean isWatching() {
        return watching;
    }

    private void watch(@Nullable Job before, long stepsBefore) {
        timer = loop.schedule(slowNanos, () -> {
            Job now = callbacks.running();
            long steps = callbacks.steps();
            if (now == null || now != before || steps != stepsBefore) {
                stuckChecks = 0;
            } else {
                stuckChecks++;
                if (Integer.bitCount(stuckChecks) == 1) {
                    callbacks.logSlow(now);
                }
                if (now.phase().compareTo(phase) < 0) {
                    callbacks.abandon(now);
                }
            }
            if (callbacks.isIdle()) {
                watching = false;
            } else {
                watch(now, steps);
            }
        });
    }
}
