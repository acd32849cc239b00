package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.worker.UserThread.Job;
import io.musher.internal.worker.UserThread.Phase;

/** Looks after the hooks while some run: one that hangs is logged, and left behind when a later phase waits. Belongs to the loop's thread. */
final class HookWatch {

    private final EventLoop loop;
    private final UserThread user;
    private final long slowNanos;
    private Phase phase;
    private boolean watching;

    HookWatch(EventLoop loop, UserThread user, long slowNanos) {
        this.loop = loop;
        this.user = user;
        this.slowNanos = slowNanos;
    }

    /** The hooks of a phase have been begun. */
    void begun(Phase next) {
        phase = next;
        if (!watching) {
            watching = true;
            watch(user.running());
        }
    }

    private void watch(Job before) {
        loop.schedule(slowNanos, () -> {
            Job now = user.running();
            if (now != null && now == before) {
                user.complain(now);
                if (now.phase().compareTo(phase) < 0) {
                    user.leaveBehind(now);
                }
            }
            if (user.isIdle()) {
                watching = false;
            } else {
                watch(now);
            }
        });
    }
}
