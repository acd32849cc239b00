package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.balancer.loop.Nullable;
import java.time.Duration;

/** How far the stop of one worker has come, and why it was begun. Written by {@link StopSequence} only. */
final class StopState {

    private final ResettableTimer timer;
    private @Nullable Exit.Cause cause;
    private boolean awaitsThreadDump;
    private boolean awaitsExit;
    private boolean isUnresponsive;
    private boolean hasDrainHooks;
    private boolean connectionsDrained;
    private volatile String reason = "";
    private volatile boolean requested;

    StopState(ResettableTimer timer) {
        this.timer = timer;
    }

    /** Records the cause of the exit to come. */
    void decideCause(Exit.Cause decided) {
        cause = decided;
    }

    /** {@return the cause of the exit if the supervisor decided it, otherwise null} */
    @Nullable
    Exit.Cause cause() {
        return cause;
    }

    boolean wasKilled() {
        return cause == Exit.Cause.KILLED;
    }

    boolean isDisconnect() {
        return cause == Exit.Cause.DISCONNECTED;
    }

    /** Records why the worker is ended, if the supervisor does so by a failed check or a timeout. */
    void reason(String why) {
        reason = why;
    }

    String reason() {
        return reason;
    }

    /** The worker is asked to stop. */
    void request() {
        requested = true;
    }

    /** {@return whether the worker was asked to stop} */
    boolean isRequested() {
        return requested;
    }

    /** Sets the deadline of the present step; halts of this process do not count. */
    void setDeadline(Duration deadline, Runnable next) {
        timer.setTimeout(deadline, next);
    }

    /** Waits for the exit of a worker that closed its channel unasked. */
    void awaitExit(Duration deadline, Runnable next) {
        awaitsExit = true;
        timer.setTimeout(deadline, next);
    }

    boolean isAwaitingExit() {
        return awaitsExit;
    }

    /** Waits for the thread dump of a worker that failed a liveness check. */
    void awaitThreadDump(Duration deadline, Runnable next) {
        awaitsThreadDump = true;
        timer.setTimeout(deadline, next);
    }

    boolean isAwaitingThreadDump() {
        return awaitsThreadDump;
    }

    /** The worker does not answer on its channel, so that a stop frame would be useless. */
    void markUnresponsive() {
        isUnresponsive = true;
    }

    boolean isUnresponsive() {
        return isUnresponsive;
    }

    /** Records whether the worker has drain hooks that have not finished. */
    void drainHooks(boolean unfinished) {
        hasDrainHooks = unfinished;
    }

    boolean hasDrainHooks() {
        return hasDrainHooks;
    }

    /** The worker's connections have ended or were cut in a drain. */
    void connectionsDrained() {
        connectionsDrained = true;
    }

    boolean areConnectionsDrained() {
        return connectionsDrained;
    }

    void cancel() {
        awaitsThreadDump = false;
        awaitsExit = false;
        timer.cancel();
    }
}
