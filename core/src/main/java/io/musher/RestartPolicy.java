package io.musher;

import io.musher.balancer.loop.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * Decides which workers are replaced when they exit without a request, and how soon. Use the factories and the {@code
 * with} methods.
 *
 * <p>A worker is <em>unstable</em> when it was never ready, or exited within {@code stableAfter} of becoming ready. The
 * first restart after a worker that had been ready comes at once. Each further unstable worker in a row is delayed: by
 * {@code firstDelay}, then twice as long each time, up to {@code maxDelay}; jitter shortens a delay by up to a half.
 *
 * <p>A stable worker is replaced at once, however often, and the delays begin anew. Where {@code firstDelay} and
 * {@code maxDelay} are equal, this delay precedes every restart instead.
 *
 * <p>An instance with {@code giveUpAfter} unstable workers within {@code giveUpWithin}, or with that many in a row over
 * any time, is given up: the other instances keep serving, and {@code restart()} of its last worker,
 * {@link Cluster#scale} or a rollout revives it. A worker that ended by {@code kill()} is replaced at once and does not
 * count.
 *
 * @param when which exits lead to a replacement
 * @param firstDelay the delay after the first unstable worker
 * @param maxDelay the longest delay
 * @param stableAfter how long a worker must have been ready to count as stable
 * @param giveUpAfter how many unstable workers are too many; 0 to never give up
 * @param giveUpWithin the period in which they are counted
 */
public record RestartPolicy(When when, Duration firstDelay, Duration maxDelay, Duration stableAfter, int giveUpAfter,
        Duration giveUpWithin) {

    /** Which exits lead to a replacement. */
    public enum When {
        /** Every exit, including exit code 0 and the worker's own {@code disconnect()}. */
        ALWAYS,
        /** A signal, an exit code other than 0, or a failed start. */
        ON_FAILURE,
        /** None: the number of wanted instances falls by one instead. */
        NEVER
    }

    /**
     * Checks the components.
     *
     * @param when as the component
     * @param firstDelay as the component
     * @param maxDelay as the component
     * @param stableAfter as the component
     * @param giveUpAfter as the component
     * @param giveUpWithin as the component
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if a delay or {@code giveUpWithin} is not positive, or another number is
     *     negative
     * @throws IllegalStateException if {@code maxDelay} is shorter than {@code firstDelay}
     */
    public RestartPolicy {
        Objects.requireNonNull(when, "restartPolicy when");
        positive("firstDelay", firstDelay);
        positive("maxDelay", maxDelay);
        positive("giveUpWithin", giveUpWithin);
        Objects.requireNonNull(stableAfter, "restartPolicy stableAfter");
        if (stableAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "restartPolicy stableAfter " + Durations.text(stableAfter) + " is negative");
        }
        if (giveUpAfter < 0) {
            throw new IllegalArgumentException("restartPolicy giveUpAfter " + giveUpAfter + " is negative");
        }
        if (maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalStateException(
                    "restartPolicy maxDelay " + Durations.text(maxDelay) + " is shorter than firstDelay "
                            + Durations.text(firstDelay));
        }
    }

    /**
     * {@return the default policy: replaces every worker, delays 100 ms to 15 s, stable after 1 s, gives up after 10
     * unstable workers in 60 s}
     */
    public static RestartPolicy always() {
        return of(When.ALWAYS);
    }

    /**
     * {@return a policy like {@link #always} that does not replace workers that exit with code 0 or disconnect
     * themselves}
     */
    public static RestartPolicy onFailure() {
        return of(When.ON_FAILURE);
    }

    /** {@return a policy that replaces no worker} */
    public static RestartPolicy never() {
        return of(When.NEVER);
    }

    private static RestartPolicy of(When when) {
        return new RestartPolicy(when, Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofSeconds(1), 10,
                Duration.ofSeconds(60));
    }

    /**
     * Returns a copy with other delays.
     *
     * @param first the delay after the first unstable worker, doubled each time
     * @param longest the longest delay
     * @return the copy
     * @throws IllegalArgumentException if a delay is not positive
     * @throws IllegalStateException if {@code longest} is shorter than {@code first}
     */
    public RestartPolicy withDelays(Duration first, Duration longest) {
        return new RestartPolicy(when, first, longest, stableAfter, giveUpAfter, giveUpWithin);
    }

    /**
     * Returns a copy with another measure of stability.
     *
     * @param ready how long a worker must have been ready to count as stable
     * @return the copy
     * @throws IllegalArgumentException if the time is negative
     */
    public RestartPolicy withStableAfter(Duration ready) {
        return new RestartPolicy(when, firstDelay, maxDelay, ready, giveUpAfter, giveUpWithin);
    }

    /**
     * Returns a copy with another limit for giving up.
     *
     * @param unstable how many unstable workers are too many; 0 to never give up
     * @param within the period in which they are counted
     * @return the copy
     * @throws IllegalArgumentException if the number is negative or the period is not positive
     */
    public RestartPolicy withGiveUp(int unstable, Duration within) {
        return new RestartPolicy(when, firstDelay, maxDelay, stableAfter, unstable, within);
    }

    private static void positive(String name, Duration value) {
        Objects.requireNonNull(value, "restartPolicy " + name);
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(
                    "restartPolicy " + name + " " + Durations.text(value) + " is not positive");
        }
    }
}
