package io.musher.internal.supervisor;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Reports what worker processes, their channels and their health checks do to the supervisor. Control thread only.
 *
 * <p>Events of a dead worker are ignored. Events that arrive on a channel before {@link #spawned} are kept until then.
 */
public interface ProcessEvents {

    /** The worker's process was started. */
    void spawned(Incarnation worker, StartedProcess process);

    /** The worker's process could not be started; no other event follows for this worker. */
    void spawnFailed(Incarnation worker, Throwable cause);

    /** The worker's process has exited, and its descendants are being ended; {@link #exited} follows. */
    void processExited(Incarnation worker);

    /**
     * The worker's process was reaped; to be reported after all events of its channel.
     *
     * @param status the raw exit status
     * @param signal the name of the signal that ended the process, if one did
     */
    void exited(Incarnation worker, int status, Optional<String> signal);

    /**
     * The first frame with the worker's token arrived on a channel.
     *
     * @return whether the channel may stay open; if not, the caller says goodbye and closes the channel
     */
    boolean hello(Incarnation worker);

    /** The worker called {@code ready()}. */
    void ready(Incarnation worker);

    /** The worker called {@code notReady()}. */
    void notReady(Incarnation worker);

    /** The worker called {@code listening(port)}, which is trusted. */
    void listening(Incarnation worker, InetSocketAddress address);

    /**
     * The worker called {@code listening(port)}, but a probe verifies that the port accepts connections before the
     * worker becomes ready.
     */
    void portClaimed(Incarnation worker, InetSocketAddress address);

    /**
     * A probe found that the worker listens on its port; may be repeated.
     *
     * @param address the address that the application has bound
     */
    void portFound(Incarnation worker, InetSocketAddress address);

    /**
     * A probe found that the worker's port accepts connections and belongs to the worker, after {@link #portFound}; may
     * be repeated.
     */
    void portAccepts(Incarnation worker);

    /**
     * A probe found that a port which accepted connections before no longer does; may be repeated until {@link
     * #portAccepts}.
     *
     * @param why what the probe observed
     */
    void portRefuses(Incarnation worker, String why);

    /** The booting worker does not listen on its port so far; to be repeated. */
    void portMissing(Incarnation worker);

    /**
     * The booting worker has not listened on its port for so long that the operator should know; to be reported once.
     *
     * @param what the time, where the worker was expected to listen and, as far as it is known, where it does
     */
    void portOverdue(Incarnation worker, String what);

    /** The worker asked to be disconnected. */
    void disconnectRequested(Incarnation worker);

    /** The worker asked for an orderly stop because its process got SIGTERM from outside the cluster. */
    void stopRequested(Incarnation worker);

    /**
     * The worker's channel was closed, by either side; to be reported after all other events of the channel.
     *
     * @param goodbye whether a goodbye announced the close
     */
    void channelEnded(Incarnation worker, boolean goodbye);

    /** The worker has had its warm-up requests, see {@link WorkerHandle#warmUp}. */
    void warmedUp(Incarnation worker);

    /**
     * A warm-up request failed; may be repeated.
     *
     * @param why which request failed, and how
     */
    void warmUpFailed(Incarnation worker, String why);

    /** The worker passes all its readiness checks; may be repeated. */
    void readinessPassed(Incarnation worker);

    /**
     * The worker fails a readiness check; may be repeated.
     *
     * @param why which check failed, and how
     */
    void readinessFailed(Incarnation worker, String why);

    /**
     * The worker fails a liveness check; may be repeated, and is ignored while the worker boots.
     *
     * @param why which check failed, and how
     * @param unresponsive whether the worker does not even answer on its channel, so that a stop frame would be useless
     */
    void livenessFailed(Incarnation worker, String why, boolean unresponsive);

    /** {@link WorkerHandle#requestThreadDump} has completed. */
    void threadDumpDone(Incarnation worker);

    /**
     * The worker exceeds a limit of the recycle policy; to be repeated until the worker is replaced.
     *
     * @param why which limit was exceeded
     */
    void recycleDue(Incarnation worker, String why);

    /**
     * The worker has drain hooks: a drain then completes only after {@link #drainHooksDone}, or at the drain timeout.
     * For a worker that never reports this event, a drain waits for connections only.
     */
    void drainHooks(Incarnation worker);

    /** The worker's drain hooks have finished. */
    void drainHooksDone(Incarnation worker);

    /** {@link WorkerHandle#drain} has completed: the worker's connections were closed. */
    void drained(Incarnation worker);
}
