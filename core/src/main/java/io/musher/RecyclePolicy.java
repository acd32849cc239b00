package io.musher;

import io.musher.balancer.loop.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * Sets limits of age, memory and connections at which a worker that works is replaced. Use the factory and the {@code
 * with} methods.
 *
 * <p>The limits are checked once a second. Workers are recycled one at a time. A replacement is ready, and serves for
 * the overlap of the {@link ReloadPolicy}, before the old worker drains; where the ports of instances are fixed
 * ({@code startPort} without a common port), the old worker is stopped first. A replacement that fails is tried again
 * after 1 s to 1 min while the old worker serves.
 *
 * @param maxAge the age of the process, shortened by up to a tenth so that workers that were started together are not
 *     recycled together; zero for no limit
 * @param maxMemory the resident memory in bytes of the process, for a command of all its processes; Linux only; 0 for
 *     no limit
 * @param maxConnections the number of connections the worker was given by the balancer; 0 for no limit
 */
public record RecyclePolicy(Duration maxAge, long maxMemory, long maxConnections) {

    private static final RecyclePolicy NEVER = new RecyclePolicy(Duration.ZERO, 0, 0);

    /**
     * Checks the components.
     *
     * @param maxAge as the component
     * @param maxMemory as the component
     * @param maxConnections as the component
     * @throws NullPointerException if the age is null
     * @throws IllegalArgumentException if a limit is negative
     */
    public RecyclePolicy {
        Objects.requireNonNull(maxAge, "recyclePolicy maxAge");
        if (maxAge.isNegative() || maxMemory < 0 || maxConnections < 0) {
            throw new IllegalArgumentException(
                    "recyclePolicy maxAge " + Durations.text(maxAge) + ", maxMemory " + maxMemory + ", maxConnections "
                            + maxConnections + ": a limit is negative");
        }
    }

    /** {@return a policy without limits, the default} */
    public static RecyclePolicy never() {
        return NEVER;
    }

    /**
     * Returns a copy with another limit of age.
     *
     * @param age the age at which a worker is replaced; zero for no limit
     * @return the copy
     * @throws IllegalArgumentException if the age is negative
     */
    public RecyclePolicy withMaxAge(Duration age) {
        return new RecyclePolicy(age, maxMemory, maxConnections);
    }

    /**
     * Returns a copy with another limit of memory.
     *
     * @param bytes the resident memory above which a worker is replaced; 0 for no limit
     * @return the copy
     * @throws IllegalArgumentException if the number is negative
     */
    public RecyclePolicy withMaxMemory(long bytes) {
        return new RecyclePolicy(maxAge, bytes, maxConnections);
    }

    /**
     * Returns a copy with another limit of connections.
     *
     * @param connections the number of connections after which a worker is replaced; 0 for no limit
     * @return the copy
     * @throws IllegalArgumentException if the number is negative
     */
    public RecyclePolicy withMaxConnections(long connections) {
        return new RecyclePolicy(maxAge, maxMemory, connections);
    }
}
