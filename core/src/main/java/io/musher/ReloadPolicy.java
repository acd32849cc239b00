package io.musher;

import java.time.Duration;
import java.util.Objects;

/**
 * Decides how {@link Cluster#reload} and {@link Cluster#deploy} replace the workers.
 *
 * <p>A replacement is ready before the old worker drains. Where the ports of instances are fixed ({@code startPort}
 * without a common port), the old worker is stopped first, and one worker is replaced at a time.
 *
 * @param batch how many workers are replaced at once
 * @param soak how long a ready replacement must stay alive before it gets traffic and the old worker is stopped
 * @param onFailure what to do when a replacement fails
 */
public record ReloadPolicy(int batch, Duration soak, OnFailure onFailure) {

    /** What to do when a replacement exits, is not ready in time, or fails in its soak time. */
    public enum OnFailure {
        /** The rollout ends: replaced workers are rolled back, old workers that are serving stay. */
        KEEP_OLD,
        /**
         * The replacement is tried again, with a delay that grows from 100 ms to 15 s, while old workers serve; until
         * it succeeds, another rollout supersedes this one, or {@link Cluster#abortRollout} is called.
         */
        RETRY
    }

    private static final ReloadPolicy DEFAULTS = new ReloadPolicy(1, Duration.ZERO, OnFailure.KEEP_OLD);

    /**
     * Checks the components.
     *
     * @param batch as the component
     * @param soak as the component
     * @param onFailure as the component
     * @throws IllegalArgumentException if the batch is less than 1, or the soak time is negative or more than a year
     */
    public ReloadPolicy {
        if (batch < 1) {
            throw new IllegalArgumentException("batch " + batch + " is less than 1");
        }
        Objects.requireNonNull(soak, "soak");
        if (soak.isNegative() || soak.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException("soak " + soak + " is not within 0 to a year");
        }
        Objects.requireNonNull(onFailure, "onFailure");
    }

    /** {@return the default policy: one worker at a time, no soak time, {@link OnFailure#KEEP_OLD}} */
    public static ReloadPolicy ofDefaults() {
        return DEFAULTS;
    }

    /**
     * Returns the default policy with another reaction to failures.
     *
     * @param what what to do when a replacement fails
     * @return the policy
     */
    public static ReloadPolicy onFailure(OnFailure what) {
        return new ReloadPolicy(DEFAULTS.batch, DEFAULTS.soak, what);
    }

    /**
     * Returns a copy with another batch size.
     *
     * @param workers how many workers are replaced at once, at least 1
     * @return the copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public ReloadPolicy withBatch(int workers) {
        return new ReloadPolicy(workers, soak, onFailure);
    }

    /**
     * Returns a copy with another soak time.
     *
     * @param time how long a ready replacement must stay alive before it gets traffic
     * @return the copy
     * @throws IllegalArgumentException if the time is negative or more than a year
     */
    public ReloadPolicy withSoak(Duration time) {
        return new ReloadPolicy(batch, time, onFailure);
    }

    /**
     * Returns a copy with another reaction to failures.
     *
     * @param what what to do when a replacement fails
     * @return the copy
     */
    public ReloadPolicy withOnFailure(OnFailure what) {
        return new ReloadPolicy(batch, soak, what);
    }
}
