package io.musher;

import io.musher.balancer.loop.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * Decides how {@link Cluster#reload} and {@link Cluster#deploy} replace the workers, and how long a replacement and its
 * predecessor both serve.
 *
 * <p>A replacement is ready before the old worker drains. Where the ports of instances are fixed ({@code startPort}
 * without a common port), the old worker is stopped first, and one worker is replaced at a time.
 *
 * <p>The overlap exists because a fresh JVM is slow: it compiles what the first requests need. While it lasts, the
 * balancer gives the replacement a growing share of the new connections, and the predecessor the rest; one that fails
 * meanwhile is withdrawn, and its predecessor goes on. It applies to all replacements of a worker that serves: by a
 * rollout (also when it rolls back), by the {@link RecyclePolicy}, and by {@link Worker#restart}. A crashed worker has
 * no predecessor: its replacement never waits, and only its share of new connections grows. Rolling reload of
 * <i>n</i> workers takes at least <i>n</i> / {@code batch} × {@code overlap}. With
 * {@link Scheduling#KERNEL} both listen, and no share grows. Without a common port there is no overlap, nor with a
 * strategy that keeps clients with their worker, such as {@code ip-hash}.
 *
 * @param batch how many workers are replaced at once
 * @param soak how long a ready replacement must stay alive before it gets traffic
 * @param overlap how long a replacement and the old worker both get traffic before the old worker is stopped
 * @param onFailure what to do when a replacement fails
 */
public record ReloadPolicy(int batch, Duration soak, Duration overlap, OnFailure onFailure) {

    /** What to do when a replacement exits, is not ready in time, or fails in its soak time or overlap. */
    public enum OnFailure {
        /** The rollout ends: replaced workers are rolled back, old workers that are serving stay. */
        KEEP_OLD,
        /**
         * The replacement is tried again, with a delay that grows from 100 ms to 15 s, while old workers serve; until
         * it succeeds, another rollout supersedes this one, or {@link Cluster#abortRollout} is called.
         */
        RETRY
    }

    private static final ReloadPolicy DEFAULTS = new ReloadPolicy(1, Duration.ZERO, Duration.ofSeconds(3),
            OnFailure.KEEP_OLD);

    /**
     * Checks the components.
     *
     * @param batch as the component
     * @param soak as the component
     * @param overlap as the component
     * @param onFailure as the component
     * @throws IllegalArgumentException if the batch is less than 1, or one of the times is negative or more than a year
     */
    public ReloadPolicy {
        if (batch < 1) {
            throw new IllegalArgumentException("batch " + batch + " is less than 1");
        }
        check("soak", soak);
        check("overlap", overlap);
        Objects.requireNonNull(onFailure, "onFailure");
    }

    private static void check(String name, Duration time) {
        Objects.requireNonNull(time, name);
        if (time.isNegative() || time.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(name + " " + Durations.text(time) + " is not within 0 to a year");
        }
    }

    /**
     * {@return the default policy: one worker at a time, no soak time, an overlap of 3 s, {@link OnFailure#KEEP_OLD}}
     */
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
        return new ReloadPolicy(DEFAULTS.batch, DEFAULTS.soak, DEFAULTS.overlap, what);
    }

    /**
     * Returns a copy with another batch size.
     *
     * @param workers how many workers are replaced at once, at least 1
     * @return the copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public ReloadPolicy withBatch(int workers) {
        return new ReloadPolicy(workers, soak, overlap, onFailure);
    }

    /**
     * Returns a copy with another soak time.
     *
     * @param time how long a ready replacement must stay alive before it gets traffic
     * @return the copy
     * @throws IllegalArgumentException if the time is negative or more than a year
     */
    public ReloadPolicy withSoak(Duration time) {
        return new ReloadPolicy(batch, time, overlap, onFailure);
    }

    /**
     * Returns a copy with another overlap. For as long, the balancer lets the share of a fresh worker grow, unless
     * {@link io.musher.balancer.BalancerBuilder#slowStart} is set by {@link ClusterBuilder#balancer}.
     *
     * @param time how long a replacement and the old worker both get traffic; zero to stop the old worker at once
     * @return the copy
     * @throws IllegalArgumentException if the time is negative or more than a year
     */
    public ReloadPolicy withOverlap(Duration time) {
        return new ReloadPolicy(batch, soak, time, onFailure);
    }

    /**
     * Returns a copy with another reaction to failures.
     *
     * @param what what to do when a replacement fails
     * @return the copy
     */
    public ReloadPolicy withOnFailure(OnFailure what) {
        return new ReloadPolicy(batch, soak, overlap, what);
    }
}
