package io.musher.ops.internal.run;

import io.musher.Exit;
import java.util.Optional;

/**
 * How the workers of a process have ended. Written by the events thread of its cluster, and before a start; read by any
 * thread.
 */
final class ExitHistory {

    /** A failure that left a place empty, unless a rollout had started the worker and was rolled back. */
    private record Failure(int worker, Exit exit) {}

    private volatile long count;
    private volatile Optional<Exit> last = Optional.empty();
    private volatile Optional<Failure> firstFailure = Optional.empty();
    private int latestWorker;
    private int latestBeforeRollout;

    /** Begins anew, with the first worker of a new cluster; the last exit remains known. */
    void begin() {
        count = 0;
        firstFailure = Optional.empty();
        latestWorker = 0;
        latestBeforeRollout = 0;
    }

    void forked(int worker) {
        latestWorker = Math.max(latestWorker, worker);
    }

    void exited(int worker, Exit exit) {
        last = Optional.of(exit);
        if (firstFailure.isEmpty() && !exit.voluntary() && exit.status() != 0
                && exit.cause() != Exit.Cause.PORT_TAKEN) { // that one starts again, redirected
            firstFailure = Optional.of(new Failure(worker, exit));
        }
        count++; // last: at the full number all is noted
    }

    void rolloutStarted() {
        latestBeforeRollout = latestWorker;
    }

    /** Forgets that a worker has failed which a rollout has started: the former ones serve on, and are what counts. */
    void rolledBack() {
        firstFailure = firstFailure.filter(failure -> failure.worker() <= latestBeforeRollout);
    }

    /** Forgets failures before a start of what has failed. */
    void forgetFailure() {
        firstFailure = Optional.empty();
    }

    /** {@return the number of exits since {@link #begin}, which grows a moment after the statistics of the cluster} */
    long count() {
        return count;
    }

    Optional<Exit> last() {
        return last;
    }

    /** {@return the first exit that was neither requested nor with code 0} */
    Optional<Exit> firstFailure() {
        return firstFailure.map(Failure::exit);
    }
}
