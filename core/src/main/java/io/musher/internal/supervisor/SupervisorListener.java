package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.Rollout;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Receives what has happened in the cluster, in order, on the control thread: the source of the public events.
 *
 * <p>For one worker the order is {@code forked → online → listening* → ready → (notReady → ready)* → disconnected →
 * exited}. The last two are reported exactly once each; only {@code restarting} or {@code gaveUp} may follow them. When
 * a method is called, the worker and the list of workers already show the reported state. The rules of {@link
 * Actions} apply: no blocking, no exceptions, no calls back into the supervisor.
 */
public interface SupervisorListener {

    /**
     * The worker's process was started.
     *
     * @param cause why the worker was started
     */
    void forked(Incarnation worker, String cause);

    /**
     * The worker's program runs.
     *
     * @param cause the evidence, such as a hello
     */
    void online(Incarnation worker, String cause);

    /**
     * The worker listens on a port.
     *
     * @param address the address that its application has bound, as far as it is known
     * @param why how this is known
     */
    void listening(Incarnation worker, InetSocketAddress address, String why);

    /**
     * The worker, which is starting, has not listened on its port for long; called at most once per worker.
     *
     * @param what where it was expected to listen, and what is known of it
     */
    default void portOverdue(Incarnation worker, String what) {}

    /**
     * The worker is a target of the balancer.
     *
     * @param cause the evidence of readiness
     */
    void ready(Incarnation worker, String cause);

    /** The worker was withdrawn from the balancer and may become ready again. */
    void notReady(Incarnation worker, String cause);

    /** The worker's channel is closed, or the process exited without ever opening one. */
    void disconnected(Incarnation worker, String cause);

    /** The worker's process was reaped; the worker is no longer in {@link Supervisor#workers}. */
    void exited(Incarnation worker, Exit exit);

    /**
     * Workers are still draining or stopping; called every 5 s as long as there are some.
     *
     * @param waits one line per worker, by instance: what the shutdown of that worker waits for
     */
    default void waiting(List<String> waits) {}

    /** The worker did not exit within the kill timeout and gets SIGKILL; called once per worker. */
    default void killedLate(Incarnation worker) {}

    /**
     * The restart policy replaces a worker after a delay from now.
     *
     * @param last the worker that is replaced
     */
    void restarting(Incarnation last, Duration delay, String cause);

    /**
     * The restart policy has given up an instance; to be logged as an error.
     *
     * @param last the last worker of the instance, whose {@code restart()} revives the instance; never forked if the
     *     spawn itself failed
     */
    void gaveUp(Incarnation last, String cause);

    /**
     * All wanted instances are given up: no worker is left or starting, and none will start until a call revives one.
     * Called after {@link #gaveUp}, once each time this state is reached, also when a stop or a scale-down has removed
     * the last other instance. Not called while a rollout runs, which revives given-up instances, nor while the cluster
     * stops.
     *
     * @param last the last worker of each of these instances, at least one; {@link Incarnation#why} has the reason
     */
    default void allGaveUp(List<Incarnation> last) {}

    /**
     * One {@code scale} call, or several consecutive ones, reached the target.
     *
     * @param from number of wanted instances before
     * @param to number of wanted instances now
     */
    void scaled(int from, int to);

    /**
     * A rollout begins.
     *
     * @param cause the call that started the rollout
     */
    void rolloutStarted(String cause);

    /**
     * A replacement failed; the rollout retries after a delay.
     *
     * @param worker the replacement that failed
     * @param delayNanos the delay from now
     */
    void rolloutDelayed(Incarnation worker, long delayNanos, String cause);

    /**
     * A rollout has ended.
     *
     * @param failedWorker the worker that failed, if one did
     * @param cause the call that started the rollout
     */
    void rolloutFinished(Rollout result, Optional<Incarnation> failedWorker, String cause);

    /** The cluster has stopped: no process is left and none will follow. No other call comes after this one. */
    void stopped();

    /**
     * A worker changed its state, or a stop signal was sent; for the log. More detailed than the other calls, and not a
     * public event.
     *
     * @param what the step and its reason
     */
    void stateChanged(Incarnation worker, String what);
}
