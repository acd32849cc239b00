package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * What processes do, told to the supervisor on its thread. What is told of a dead worker is ignored; what a channel
 * says before {@link #spawned} is kept until then.
 */
public interface ProcessEvents {

    /**
     * A process runs.
     *
     * @param worker who
     * @param process what is known of it
     */
    void spawned(Incarnation worker, StartedProcess process);

    /**
     * A process could not be started; no event tells of it.
     *
     * @param worker who would have been it
     * @param cause why
     */
    void spawnFailed(Incarnation worker, Throwable cause);

    /**
     * A process was reaped; to be told after everything its channel had said.
     *
     * @param worker who
     * @param status the raw status
     * @param signal the name of the signal that ended it, if one did
     */
    void exited(Incarnation worker, int status, Optional<String> signal);

    /**
     * The first frame with the right token came.
     *
     * @param worker whose token it was
     * @return whether the channel may stay; else it is to be told goodbye and closed
     */
    boolean hello(Incarnation worker);

    /**
     * It said ready.
     *
     * @param worker who
     */
    void ready(Incarnation worker);

    /**
     * It said notReady.
     *
     * @param worker who
     */
    void notReady(Incarnation worker);

    /**
     * It said that it listens.
     *
     * @param worker who
     * @param port where
     */
    void listening(Incarnation worker, int port);

    /**
     * It said that it listens, and a probe is to see whether it does before that makes it ready.
     *
     * @param worker who
     * @param port where
     */
    void claims(Incarnation worker, int port);

    /**
     * A probe found that its port accepts, and that the port is its own; may come again and again.
     *
     * @param worker who
     */
    void portAccepts(Incarnation worker);

    /**
     * A probe found that a port which has accepted does not any more; may come again and again, until {@link #portAccepts}.
     *
     * @param worker who
     * @param why what was seen
     */
    void refuses(Incarnation worker, String why);

    /**
     * It asked to be disconnected.
     *
     * @param worker who
     */
    void disconnectRequested(Incarnation worker);

    /**
     * It asked to be stopped, because somebody else had asked it (SIGTERM): an exit of its own, but in good order.
     *
     * @param worker who
     */
    void stopRequested(Incarnation worker);

    /**
     * Its channel has ended, whoever ended it; everything it had said was told before.
     *
     * @param worker who
     * @param goodbye whether that was announced
     */
    void channelEnded(Incarnation worker, boolean goodbye);

    /**
     * It passes all checks of its readiness; may come again and again.
     *
     * @param worker who
     */
    void readinessPassed(Incarnation worker);

    /**
     * It fails a check of its readiness; may come again and again.
     *
     * @param worker who
     * @param why which one, and how
     */
    void readinessFailed(Incarnation worker, String why);

    /**
     * It fails a check of its liveness; may come again and again, and means nothing while it boots.
     *
     * @param worker who
     * @param why which one, and how
     * @param deaf whether it does not even answer on its channel, so that it cannot be asked to end either
     */
    void livenessFailed(Incarnation worker, String why, boolean deaf);

    /**
     * {@link Actions#requestThreadDump} is done.
     *
     * @param worker who
     */
    void threadDumpDone(Incarnation worker);

    /**
     * It is to be replaced for its age or its appetite; comes again and again until it is.
     *
     * @param worker who
     * @param why which limit it has passed
     */
    void recycleDue(Incarnation worker, String why);

    /**
     * It has drain hooks: when it drains, it is stopped (or let go) only after {@link #drainHooksDone}, or when the drain time is over. A
     * worker that never reports this is not waited for.
     *
     * @param worker who
     */
    void drainHooks(Incarnation worker);

    /**
     * Its drain hooks have ended.
     *
     * @param worker who
     */
    void drainHooksDone(Incarnation worker);

    /**
     * {@link Actions#drain} is done.
     *
     * @param worker who
     */
    void drained(Incarnation worker);
}
