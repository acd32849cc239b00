package io.musher;

import java.time.Duration;
import java.util.Objects;

/**
 * How much time a worker gets to end. Components may be added in later versions; use the factory and the {@code with}
 * methods.
 *
 * <p>The steps are the same for every purpose (stop, restart, fewer instances, the end of the cluster): the worker
 * leaves the balancer, its connections may end until the drain time is over, it is told to stop, and what still lives
 * after the kill time is ended by SIGKILL, its descendants included. The defaults fit into the 30 s Kubernetes grants;
 * Docker grants 10 s.
 *
 * @param preStopDelay how long a worker keeps serving, after it was announced to leave, for the sake of balancers
 *     elsewhere that learn of it late
 * @param drain how long its connections and its drain hooks may take to end; zero cuts them at once
 * @param kill how long it may take to end after it was told to stop: its stop hooks and its JVM's shutdown hooks together
 */
public record StopPolicy(Duration preStopDelay, Duration drain, Duration kill) {

    /**
     * Checks the components.
     *
     * @param preStopDelay how long a worker keeps serving after it was announced to leave
     * @param drain how long its connections may take to end
     * @param kill how long it may take to end after it was told to stop
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if one is negative
     */
    public StopPolicy {
        notNegative("preStopDelay", preStopDelay);
        notNegative("drain", drain);
        notNegative("kill", kill);
    }

    /** {@return no delay, 20 s to drain, 5 s to end} */
    public static StopPolicy ofDefaults() {
        return new StopPolicy(Duration.ZERO, Duration.ofSeconds(20), Duration.ofSeconds(5));
    }

    /**
     * {@return the same with another delay}
     *
     * @param delay how long a worker keeps serving after it was announced to leave
     */
    public StopPolicy withPreStopDelay(Duration delay) {
        return new StopPolicy(delay, drain, kill);
    }

    /**
     * {@return the same with another drain time}
     *
     * @param time how long connections may take to end
     */
    public StopPolicy withDrain(Duration time) {
        return new StopPolicy(preStopDelay, time, kill);
    }

    /**
     * {@return the same with another kill time}
     *
     * @param time how long a worker may take to end after it was told to stop
     */
    public StopPolicy withKill(Duration time) {
        return new StopPolicy(preStopDelay, drain, time);
    }

    private static void notNegative(String name, Duration value) {
        Objects.requireNonNull(value, "stopPolicy " + name);
        if (value.isNegative()) {
            throw new IllegalArgumentException("stopPolicy " + name + " " + value + " is negative");
        }
    }
}
