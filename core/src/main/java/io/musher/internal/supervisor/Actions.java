package io.musher.internal.supervisor;

import io.musher.balancer.loop.Timers;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Carries out what the supervisor decides about the cluster, and is its source of time and randomness. {@link
 * Generation} and {@link WorkerHandle} carry out what it decides about a single worker.
 *
 * <p>Every method is called on the control thread, must not block, must not throw, and must not call the supervisor
 * before returning (post a task instead).
 */
public interface Actions {

    /**
     * Replaces the balancer's targets; called only when the set of targets, or the port of one, has changed. Later
     * calls of {@link #callback} and of the {@link SupervisorListener} take effect when the balancer has the targets.
     *
     * @param ready all READY workers, by instance
     */
    void publish(List<Incarnation> ready);

    /** Stops accepting clients because the cluster stops; called once, after preStopDelay, before the workers drain. */
    void stopAccepting();

    /** {@return the present number of connections of each worker; a scale-down stops those with the fewest first} */
    ToIntFunction<Incarnation> loads();

    /**
     * Runs a task on the control thread after a delay, like {@code EventLoop.schedule}.
     *
     * @return a handle for {@link #cancel}
     */
    Timers.Timer schedule(long delayNanos, Runnable task);

    /** Cancels a timer, like {@code EventLoop.cancel}. */
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
