package io.musher;

import io.musher.balancer.loop.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * Sets the timeouts of a worker's shutdown. Use the factory and the {@code with} methods.
 *
 * <p>The steps are the same for every purpose (stop, restart, scaling down, the end of the cluster): the worker is
 * withdrawn from the balancer; its connections may close and its drain hooks may run until the drain time is over; it
 * is asked to stop; a worker that is still alive after the kill time is killed by SIGKILL with its descendants. The
 * defaults fit into the 30 s that Kubernetes grants; Docker grants 10 s.
 *
 * @param preStopDelay how long a worker keeps serving after its stop was announced, so that external load balancers can
 *     react
 * @param drain how long connections and drain hooks may take; zero cuts connections at once
 * @param kill how long the worker may take to exit after it was asked to stop: its stop hooks and its JVM's shutdown
 *     hooks together
 */
public record StopPolicy(Duration preStopDelay, Duration drain, Duration kill) {

    /**
     * Checks the components.
     *
     * @param preStopDelay as the component
     * @param drain as the component
     * @param kill as the component
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if a component is negative
     */
    public StopPolicy {
        notNegative("preStopDelay", preStopDelay);
        notNegative("drain", drain);
        notNegative("kill", kill);
    }

    /** {@return the default policy: no delay, 20 s to drain, 5 s to exit} */
    public static StopPolicy ofDefaults() {
        return new StopPolicy(Duration.ZERO, Duration.ofSeconds(20), Duration.ofSeconds(5));
    }

    /**
     * Returns a copy with another delay before the drain.
     *
     * @param delay how long a worker keeps serving after its stop was announced
     * @return the copy
     * @throws IllegalArgumentException if the delay is negative
     */
    public StopPolicy withPreStopDelay(Duration delay) {
        return new StopPolicy(delay, drain, kill);
    }

    /**
     * Returns a copy with another drain time.
     *
     * @param time how long connections and drain hooks may take
     * @return the copy
     * @throws IllegalArgumentException if the time is negative
     */
    public StopPolicy withDrain(Duration time) {
        return new StopPolicy(preStopDelay, time, kill);
    }

    /**
     * Returns a copy with another kill time.
     *
     * @param time how long a worker may take to exit after it was asked to stop
     * @return the copy
     * @throws IllegalArgumentException if the time is negative
     */
    public StopPolicy withKill(Duration time) {
        return new StopPolicy(preStopDelay, drain, time);
    }

    private static void notNegative(String name, Duration value) {
        Objects.requireNonNull(value, "stopPolicy " + name);
        if (value.isNegative()) {
            throw new IllegalArgumentException("stopPolicy " + name + " " + Durations.text(value) + " is negative");
        }
    }
}
