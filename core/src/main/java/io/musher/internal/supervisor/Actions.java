package io.musher.internal.supervisor;

import io.musher.balancer.loop.Timers;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What the supervisor has done: all its effects on the world, and the world's clock and dice.
 *
 * <p>Every method is called on the supervisor's thread, must not block, must not throw, and must not call the
 * supervisor before it has returned (post a task instead). Methods with a worker are called only while its process
 * lives: after {@link Supervisor#spawned} and before {@link Supervisor#exited}; {@link #spawn} and {@link
 * #closeChannel} are the exceptions.
 */
public interface Actions {

    /**
     * Starts a process; ends in exactly one {@link Supervisor#spawned} or {@link Supervisor#spawnFailed}.
     *
     * @param worker who it will be; tells instance, environment, and whether to use a spare port
     */
    void spawn(Incarnation worker);

    /**
     * Replaces the balancer's targets; called only when they, or the port of one, have changed.
     *
     * @param ready all READY workers, by instance
     */
    void publish(List<Incarnation> ready);

    /** The cluster stops: no new clients from now on. Once, after the pre-stop delay and before the workers drain. */
    void stopAccepting();

    /**
     * Waits for the connections of a worker that is no longer published, cuts them at the deadline, and reports {@link
     * Supervisor#drained} (which may be late or missing: the deadline holds anyway). Without a balancer: report at
     * once.
     *
     * @param worker who drains
     * @param deadline from now
     */
    void drain(Incarnation worker, Duration deadline);

    /**
     * Sends the drain frame: {@code isDraining()} turns true and {@code onDrain} hooks run.
     *
     * @param worker one that has said hello and is connected
     */
    void sendDrain(Incarnation worker);

    /**
     * Sends the disconnect frame: as {@link #sendDrain}, which stands in for it, but what follows is a
     * goodbye.
     *
     * @param worker one that has said hello and is connected
     */
    default void sendDisconnect(Incarnation worker) {
        sendDrain(worker);
    }

    /**
     * Sends the stop frame.
     *
     * @param worker one that has said hello and is connected
     */
    void sendStop(Incarnation worker);

    /**
     * Says goodbye and closes the channel; {@link Supervisor#channelEnded} tells when that is done. If there is none yet, a
     * later hello is refused.
     *
     * @param worker one that becomes DETACHED
     */
    void closeChannel(Incarnation worker);

    /**
     * Sends SIGTERM; to the group, for a command.
     *
     * @param worker one without a channel, or a command that did not follow its stop frame
     */
    void terminate(Incarnation worker);

    /**
     * Sends SIGKILL to the process and its descendants; repeated every 5 s as long as it is not reaped.
     *
     * @param worker who must end now
     */
    void kill(Incarnation worker);

    /**
     * Finds out where a worker hangs, and reports {@link Supervisor#examined} (which may be late or missing: there is a deadline).
     *
     * @param worker who has left the balancer and is to end
     */
    void requestThreadDump(Incarnation worker);

    /** {@return how many connections each worker has at this moment: those with the fewest are stopped first} */
    ToIntFunction<Incarnation> loads();

    /** {@return how many instances there can be at this moment} */
    Limit limit();

    /**
     * Runs a task later, on the supervisor's thread; as {@code EventLoop.schedule}.
     *
     * @param delayNanos from now
     * @param task what to run
     * @return a handle
     */
    Timers.Timer schedule(long delayNanos, Runnable task);

    /**
     * Forgets a timer; as {@code EventLoop.cancel}.
     *
     * @param timer a handle, or null
     */
    void cancel(Timers.Timer timer);

    /**
     * Runs what completes a user's future, apart from the supervisor's and the events thread, in the order of the
     * calls.
     *
     * @param completion what to run
     */
    void callback(Runnable completion);

    /** {@return the monotonic clock in nanoseconds} */
    long now();

    /** {@return a random number of at least 0 and less than 1} */
    double random();
}
