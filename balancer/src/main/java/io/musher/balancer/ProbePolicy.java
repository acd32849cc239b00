package io.musher.balancer;

import java.time.Duration;

/**
 * How targets are probed: by a TCP connect, in the background. Components may be added in later versions.
 *
 * @param interval from one probe of a target to the next; jittered by a tenth
 * @param timeout a connect that takes longer has failed
 * @param rise successes in a row that bring a target back
 * @param fall failures in a row that take it out; unlike passive ejection this may take out the last one
 */
public record ProbePolicy(Duration interval, Duration timeout, int rise, int fall) {

    /**
     * Checks the components.
     *
     * @param interval from one probe of a target to the next
     * @param timeout a connect that takes longer has failed
     * @param rise successes in a row that bring a target back
     * @param fall failures in a row that take it out
     * @throws NullPointerException if a duration is null
     * @throws IllegalArgumentException if a duration is not positive or more than a year, or a number less than 1
     */
    public ProbePolicy {
        BalancerBuilder.positive(interval, "probe interval");
        BalancerBuilder.positive(timeout, "probe timeout");
        if (rise < 1 || fall < 1) {
            throw new IllegalArgumentException("probe rise " + rise + " and fall " + fall + " must be at least 1");
        }
    }

    /** {@return every 2 s, timeout 1 s, rise 2, fall 3} */
    public static ProbePolicy ofDefaults() {
        return new ProbePolicy(Duration.ofSeconds(2), Duration.ofSeconds(1), 2, 3);
    }
}
