package io.musher.internal.supervisor;

import io.musher.Exit;
import java.time.Duration;
import java.util.List;

/**
 * Hears what has happened, in order, on the supervisor's thread: the source of the public events.
 *
 * <p>For one worker: {@code forked → online → listening* → ready → (notReady → ready)* → disconnected → exited}, the
 * last two exactly once each, nothing after them but {@code restarting} or {@code gaveUp}. What a handle tells (state,
 * connected, pid, the list of workers) already is as the news says. The rules of {@link Actions} hold.
 */
public interface SupervisorListener {

    /**
     * The process runs.
     *
     * @param worker who
     * @param cause why it was started
     */
    void forked(Incarnation worker, String cause);

    /**
     * The program runs.
     *
     * @param worker who
     * @param cause how that is known
     */
    void online(Incarnation worker, String cause);

    /**
     * The worker listens.
     *
     * @param worker who
     * @param port where
     */
    void listening(Incarnation worker, int port);

    /**
     * The worker is in the balancer.
     *
     * @param worker who
     * @param cause how that is known
     */
    void ready(Incarnation worker, String cause);

    /**
     * The worker has left the balancer for a while.
     *
     * @param worker who
     * @param cause why
     */
    void notReady(Incarnation worker, String cause);

    /**
     * The channel is closed, or never was and the process has ended.
     *
     * @param worker who
     * @param cause why
     */
    void disconnected(Incarnation worker, String cause);

    /**
     * The process was reaped; the worker has left {@link Supervisor#workers}.
     *
     * @param worker who
     * @param exit how
     */
    void exited(Incarnation worker, Exit exit);

    /**
     * Workers that are to end have not ended yet; again every 5 s as long as there are some.
     *
     * @param waits one line for each, longest first
     */
    default void waiting(List<String> waits) { }

    /**
     * A worker that was told to stop has not ended in time and gets SIGKILL; once.
     *
     * @param worker who
     */
    default void killedLate(Incarnation worker) { }

    /**
     * The restart policy replaces a worker.
     *
     * @param last who is replaced
     * @param delay from now
     * @param cause why
     */
    void restarting(Incarnation last, Duration delay, String cause);

    /**
     * The restart policy has given an instance up; to be said loudly.
     *
     * @param last its last worker, whose restart revives it; never forked if the start itself failed
     * @param cause why
     */
    void gaveUp(Incarnation last, String cause);

    /**
     * Every wanted instance has given up: no worker is left or on its way, and none will start until a call revives one. Called after
     * {@link #gaveUp}, once each time that this becomes so, also when a stop or a scale-down has taken the last other one; never
     * while a rollout runs, which revives them, nor while the cluster stops.
     *
     * @param last the last worker of each of these instances, whose {@link Incarnation#why} tells the reason; at least one
     */
    default void allGaveUp(List<Incarnation> last) { }

    /**
     * A call of scale, or several that followed each other, reached its target.
     *
     * @param from wanted instances before
     * @param to wanted instances now
     */
    void scaled(int from, int to);

    /**
     * A rollout begins.
     *
     * @param cause what was called
     */
    void rolloutStarted(String cause);

    /**
     * A replacement failed, and will be tried again.
     *
     * @param worker who failed
     * @param delayNanos from now
     * @param cause why
     */
    void rolloutDelayed(Incarnation worker, long delayNanos, String cause);

    /**
     * A rollout has ended.
     *
     * @param rolled how
     * @param cause what was called
     */
    void rolloutFinished(RolloutResult result, String cause);

    /** No process is left and none will follow; the last news there is. */
    void stopped();

    /**
     * One step in a worker's life, a line for the log; says more than the other news and is not an event.
     *
     * @param worker who
     * @param what the step and its reason
     */
    void stateChanged(Incarnation worker, String what);
}
