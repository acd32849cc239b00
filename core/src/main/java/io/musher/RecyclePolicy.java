package io.musher;

import java.time.Duration;
import java.util.Objects;

/**
 * When a worker that works is replaced all the same. Components may be added in later versions; use the factory and the {@code with}
 * methods.
 *
 * <p>Whatever limit is passed, a replacement is ready before the worker drains (ports promised to the outside by {@code startPort} alone
 * are given up first). Workers are recycled one at a time; a replacement that fails is tried again after 1 s to 1 min while the old worker
 * serves. The limits are looked at once a second.
 *
 * @param maxAge since its start, up to a tenth less for the sake of workers that were started together; zero = no limit
 * @param maxMemory resident memory of its process in bytes, for a command of all its processes; Linux only; 0 = no limit
 * @param maxConnections it was given by the balancer; 0 = no limit
 */
public record RecyclePolicy(Duration maxAge, long maxMemory, long maxConnections) {

    private static final RecyclePolicy NEVER = new RecyclePolicy(Duration.ZERO, 0, 0);

    /**
     * Checks the components.
     *
     * @param maxAge since its start; zero = no limit
     * @param maxMemory resident memory in bytes; 0 = no limit
     * @param maxConnections it was given by the balancer; 0 = no limit
     * @throws NullPointerException if the age is null
     * @throws IllegalArgumentException if a limit is negative
     */
    public RecyclePolicy {
        Objects.requireNonNull(maxAge, "recyclePolicy maxAge");
        if (maxAge.isNegative() || maxMemory < 0 || maxConnections < 0) {
            throw new IllegalArgumentException("recyclePolicy maxAge " + maxAge + ", maxMemory " + maxMemory + ", maxConnections "
                    + maxConnections + ": a limit is negative");
        }
    }

    /** {@return no limit at all, the default} */
    public static RecyclePolicy never() {
        return NEVER;
    }

    /**
     * {@return a copy}
     *
     * @param age since its start, after which a worker is replaced
     */
    public RecyclePolicy withMaxAge(Duration age) {
        return new RecyclePolicy(age, maxMemory, maxConnections);
    }

    /**
     * {@return a copy}
     *
     * @param bytes of resident memory, over which a worker is replaced
     */
    public RecyclePolicy withMaxMemory(long bytes) {
        return new RecyclePolicy(maxAge, bytes, maxConnections);
    }

    /**
     * {@return a copy}
     *
     * @param connections after which a worker is replaced
     */
    public RecyclePolicy withMaxConnections(long connections) {
        return new RecyclePolicy(maxAge, maxMemory, connections);
    }
}
