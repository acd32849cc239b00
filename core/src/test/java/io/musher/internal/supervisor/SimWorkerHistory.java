package io.musher.internal.supervisor;

/** What the simulation itself has seen of one worker. */
final class SimWorkerHistory {

    boolean forked;
    boolean online;
    boolean ready;
    boolean disconnected;
    boolean exited;
    /** A user, or the whole cluster, asked for SIGKILL. */
    boolean killWanted;
    boolean hangs;
    /** It is sent its warm-up requests, or was. */
    boolean warming;
    boolean warm;
    boolean drained;
    /** It has said that it has drain hooks, and not that they have ended. */
    boolean drainHooks;
    boolean channelEnded;
    boolean detached;
    private long start;
    private boolean started;
    Moment drain;
    Moment channelEnd;
    Moment disconnection;
    Moment stopRequested;
    /** Since when it has been ready beside its predecessor. */
    Moment overlap;
    /** It was ready beside its predecessor, at any time. */
    boolean overlapped;

    record Moment(long at) {}

    boolean isAlive() {
        return !exited;
    }

    boolean since(Moment moment, long now, long atLeast) {
        return moment != null && now - moment.at >= atLeast;
    }

    void started(long now) {
        started = true;
        start = now;
    }

    boolean wasReadyFor(long now, long atLeast) {
        return started && now - start >= atLeast;
    }
}
