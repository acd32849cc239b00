package io.musher;

import java.time.Duration;
import java.util.Objects;

/**
 * How {@link Cluster#reload} and {@link Cluster#deploy} replace the workers. Components may be added in later versions.
 *
 * <p>Where there is a common port, or none at all, a replacement is ready before the old worker drains. Ports that are promised to the
 * outside ({@code startPort} without a common port) are given up first, and one worker is replaced at a time.
 *
 * @param batch how many workers are replaced at once
 * @param soak how long a replacement that is ready has to live on before it gets traffic and the old worker goes
 * @param onFailure what to do when a replacement fails
 */
public record ReloadPolicy(int batch, Duration soak, OnFailure onFailure) {

    /** What to do when a replacement exits, is not ready in time, or fails in its soak time. */
    public enum OnFailure {
        /** The rollout ends, what was replaced is rolled back, old workers that serve stay. */
        KEEP_OLD,
        /**
         * It is tried again, with a growing delay of 100 ms to 15 s, while old workers serve, until it succeeds, another rollout takes its
         * place, or {@link Cluster#abortRollout} is called.
         */
        RETRY
    }

    private static final ReloadPolicy DEFAULTS = new ReloadPolicy(1, Duration.ZERO, OnFailure.KEEP_OLD);

    /**
     * Checks the components.
     *
     * @param batch how many workers are replaced at once
     * @param soak how long a replacement that is ready has to live on before it gets traffic and the old worker goes
     * @param onFailure what to do when a replacement fails
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

    /** {@return one worker at a time, no soak time, the old ones stay when a replacement fails} */
    public static ReloadPolicy ofDefaults() {
        return DEFAULTS;
    }

    /**
     * {@return the defaults, but for this}
     *
     * @param what to do when a replacement fails
     */
    public static ReloadPolicy onFailure(OnFailure what) {
        return new ReloadPolicy(DEFAULTS.batch, DEFAULTS.soak, what);
    }

    /**
     * {@return a copy}
     *
     * @param workers how many are replaced at once, at least 1
     */
    public ReloadPolicy withBatch(int workers) {
        return new ReloadPolicy(workers, soak, onFailure);
    }

    /**
     * {@return a copy}
     *
     * @param time a replacement has to live on
     */
    public ReloadPolicy withSoak(Duration time) {
        return new ReloadPolicy(batch, time, onFailure);
    }

    /**
     * {@return a copy}
     *
     * @param what to do when a replacement fails
     */
    public ReloadPolicy withOnFailure(OnFailure what) {
        return new ReloadPolicy(batch, soak, what);
    }
}
