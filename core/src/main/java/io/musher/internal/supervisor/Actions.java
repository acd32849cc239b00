package io.musher.internal.supervisor;

import io.musher.balancer.loop.Timers;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Carries out what the supervisor decides: all its side effects, and its sources of time and randomness.
 *
 * <p>Every method is called on the control thread, must not block, must not throw, and must not call the supervisor
 * before returning (post a task instead). Methods with a worker are called only while its process lives, after {@link
 * Supervisor#spawned} and before {@link Supervisor#exited}; {@link #spawn} and {@link #closeChannel} are the
 * exceptions.
 */
public interface Actions {

    /**
     * Starts the worker's process; reports exactly one {@link Supervisor#spawned} or {@link Supervisor#spawnFailed}.
     *
     * @param worker determines instance, environment, and whether to use a spare port
     */
    void spawn(Incarnation worker);

    /**
     * Replaces the balancer's targets; called only when the set of targets, or the port of one, has changed. Later
     * calls of {@link #callback} and of the {@link SupervisorListener} take effect when the balancer has the targets.
     *
     * @param ready all READY workers, by instance
     */
    void publish(List<Incarnation> ready);

    /** Stops accepting clients because the cluster stops; called once, after preStopDelay, before the workers drain. */
    void stopAccepting();

    /**
     * Drains the connections of a withdrawn worker, cuts them at the deadline, and reports {@link Supervisor#drained};
     * without a balancer, reports at once. The report may be late or missing: the supervisor enforces the deadline,
     * too.
     *
     * @param deadline from now
     */
    void drain(Incarnation worker, Duration deadline);

    /**
     * Sends the drain frame: in the worker {@code isDraining()} becomes true and {@code onDrain} hooks run.
     *
     * @param worker a worker that has said hello and is connected
     */
    void sendDrain(Incarnation worker);

    /**
     * Sends the disconnect frame instead of the drain frame: the worker drains as after {@link #sendDrain}, but a
     * goodbye follows instead of a stop frame. By default sends the drain frame.
     *
     * @param worker a worker that has said hello and is connected
     */
    default void sendDisconnect(Incarnation worker) {
        sendDrain(worker);
    }

    /**
     * Sends the stop frame.
     *
     * @param worker a worker that has said hello and is connected
     */
    void sendStop(Incarnation worker);

    /**
     * Says goodbye and closes the channel of a worker that becomes DETACHED; {@link Supervisor#channelEnded} reports
     * the close. If the worker has no channel yet, refuses a later hello.
     */
    void closeChannel(Incarnation worker);

    /**
     * Sends SIGTERM, for a command to its process group.
     *
     * @param worker a worker without a channel, or a command that did not follow its stop frame
     */
    void terminate(Incarnation worker);

    /** Sends SIGKILL to the process and its descendants; called again every 5 s until the process is reaped. */
    void kill(Incarnation worker);

    /**
     * Records a thread dump of a worker that failed a liveness check, to show where the worker hangs, and reports
     * {@link Supervisor#threadDumpDone}. The report may be late or missing: the supervisor has a timeout.
     *
     * @param worker a worker that was withdrawn from the balancer and will be stopped
     */
    void requestThreadDump(Incarnation worker);

    /**
     * Probes the ports of workers: reports each that refuses as {@link Supervisor#refuses}, and then {@link
     * Supervisor#portsChecked} once. The reports may be late or missing: the supervisor has a timeout.
     *
     * @param workers the workers that a rollout has started
     * @return whether there is a port to probe; if not, nothing is reported
     */
    default boolean checkPorts(List<Incarnation> workers) {
        return false;
    }

    /** {@return the present number of connections of each worker; a scale-down stops those with the fewest first} */
    ToIntFunction<Incarnation> loads();

    /** {@return the present limit of the number of instances} */
    Limit limit();

    /**
     * Runs a task on the control thread after a delay, like {@code EventLoop.schedule}.
     *
     * @return a handle for {@link #cancel}
     */
    Timers.Timer schedule(long delayNanos, Runnable task);

    /**
     * Cancels a timer, like {@code EventLoop.cancel}.
     *
     * @param timer a handle, or null
     */
    void cancel(Timers.Timer timer);

    /**
     * Completes a caller's future on a thread other than the control and the events thread, in the order of the calls.
     */
    void callback(Runnable completion);

    /** {@return the monotonic clock in nanoseconds} */
    long now();

    /** {@return a random number of at least 0 and less than 1} */
    double random();
}
