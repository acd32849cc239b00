package io.musher;

import java.time.Duration;
import java.util.Objects;

/**
 * Which workers are replaced when they end without having been asked to, and how soon. Components may be added in later
 * versions; use the factories and the {@code with} methods.
 *
 * <p>A worker is <em>unstable</em> when it was never ready, or ended within {@code stableAfter} of becoming ready. The
 * first restart after a worker had been ready comes at once; further unstable ones in a row are delayed by {@code
 * firstDelay} and twice as long each time, up to {@code maxDelay}; jitter shortens a delay by up to a half. An instance
 * that was unstable {@code giveUpAfter} times within {@code giveUpWithin}, or so many times in a row however long that
 * took, is given up: the others keep serving, and {@code restart()} on its last worker, {@link Cluster#scale} or a rollout
 * revives it. A worker ended by {@code kill()} is replaced at once and costs nothing.
 *
 * @param when which ends are followed by a replacement
 * @param firstDelay the delay after the first unstable end
 * @param maxDelay the longest delay
 * @param stableAfter how long a worker must have been ready to count as stable
 * @param giveUpAfter how many unstable ends are too many; 0 = never give up
 * @param giveUpWithin the time in which they are counted
 */
public record RestartPolicy(When when, Duration firstDelay, Duration maxDelay, Duration stableAfter, int giveUpAfter,
        Duration giveUpWithin) {

    /** Which ends are followed by a replacement. */
    public enum When {
        /** Every one, exit code 0 and the worker's own {@code disconnect()} included. */
        ALWAYS,
        /** A signal, an exit code other than 0, a failed start. */
        ON_FAILURE,
        /** None: the number of wanted instances falls by one instead. */
        NEVER
    }

    /**
     * Checks the components.
     *
     * @param when which ends are followed by a replacement
     * @param firstDelay the delay after the first unstable end
     * @param maxDelay the longest delay
     * @param stableAfter how long a worker must have been ready to count as stable
     * @param giveUpAfter how many unstable ends are too many; 0 = never give up
     * @param giveUpWithin the time in which they are counted
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
            throw new IllegalArgumentException("restartPolicy stableAfter " + stableAfter + " is negative");
        }
        if (giveUpAfter < 0) {
            throw new IllegalArgumentException("restartPolicy giveUpAfter " + giveUpAfter + " is negative");
        }
        if (maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalStateException("restartPolicy maxDelay " + maxDelay + " is shorter than firstDelay " + firstDelay);
        }
    }

    /** {@return the default: every worker, delays from 100 ms to 15 s, given up after 10 unstable ends in 60 s} */
    public static RestartPolicy always() {
        return of(When.ALWAYS);
    }

    /** {@return like {@link #always}, but a worker that exits with code 0 or disconnects itself is not replaced} */
    public static RestartPolicy onFailure() {
        return of(When.ON_FAILURE);
    }

    /** {@return no worker is replaced} */
    public static RestartPolicy never() {
        return of(When.NEVER);
    }

    private static RestartPolicy of(When when) {
        return new RestartPolicy(when, Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofSeconds(1), 10,
                Duration.ofSeconds(60));
    }

    /**
     * {@return the same with other delays}
     *
     * @param first the delay after the first unstable end, doubled each time
     * @param longest what it grows to
     */
    public RestartPolicy withDelays(Duration first, Duration longest) {
        return new RestartPolicy(when, first, longest, stableAfter, giveUpAfter, giveUpWithin);
    }

    /**
     * {@return the same with another measure of stability}
     *
     * @param ready how long a worker must have been ready to count as stable
     */
    public RestartPolicy withStableAfter(Duration ready) {
        return new RestartPolicy(when, firstDelay, maxDelay, ready, giveUpAfter, giveUpWithin);
    }

    /**
     * {@return the same with another budget}
     *
     * @param unstable how many unstable ends are too many; 0 = never give up
     * @param within the time in which they are counted
     */
    public RestartPolicy withGiveUp(int unstable, Duration within) {
        return new RestartPolicy(when, firstDelay, maxDelay, stableAfter, unstable, within);
    }

    private static void positive(String name, Duration value) {
        Objects.requireNonNull(value, "restartPolicy " + name);
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("restartPolicy " + name + " " + value + " is not positive");
        }
    }
}
