package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import io.musher.internal.worker.CallbackThread.Job;
import io.musher.internal.worker.CallbackThread.Phase;

/**
 * Looks after the hooks while some run: one that hangs is logged, again after twice the time, and left behind when a later phase waits.
 * Belongs to the loop's thread.
 */
final class HookWatchdog {

    private final EventLoop loop;
    private final CallbackThread callbacks;
    private final long slowNanos;
    private Phase phase = Phase.MESSAGE;
    private Timers.Timer timer;
    /** How often in a row the same step was found to run. */
    private int looks;
    private volatile boolean watching;

    HookWatchdog(EventLoop loop, CallbackThread callbacks, long slowNanos) {
        this.loop = loop;
        this.callbacks = callbacks;
        this.slowNanos = slowNanos;
    }

    /** The hooks of a phase have been begun: from now on whatever keeps a new phase waiting has its time to end. */
    void begun(Phase next) {
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

    /** {@return whether it is at it already; for any thread} */
    boolean isWatching() {
        return watching;
    }

    private void watch(Job before, long stepsBefore) {
        timer = loop.schedule(slowNanos, () -> {
            Job now = callbacks.running();
            long steps = callbacks.steps();
            boolean hangs = now != null && now == before && steps == stepsBefore;
            looks = hangs ? looks + 1 : 0;
            if (hangs) {
                if (Integer.bitCount(looks) == 1) {
                    callbacks.logSlow(now);
                }
                if (now.phase().compareTo(phase) < 0) {
                    callbacks.leaveBehind(now);
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
