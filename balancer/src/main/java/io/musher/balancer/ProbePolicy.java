package io.musher.balancer;

import java.time.Duration;

/**
 * Settings of the active health check (probe) of targets: a TCP connect in the background. Start with
 * {@link #ofDefaults()} and the {@code with} methods; components may be added in later versions.
 *
 * @param interval time from one probe of a target to the next, jittered by a tenth
 * @param timeout time after which a connect has failed
 * @param rise consecutive successes after which a target is restored
 * @param fall consecutive failures after which a target is down; unlike ejection, this applies to the last target, too
 */
public record ProbePolicy(Duration interval, Duration timeout, int rise, int fall) {

    /**
     * Checks the components.
     *
     * @param interval see {@link #interval()}
     * @param timeout see {@link #timeout()}
     * @param rise see {@link #rise()}
     * @param fall see {@link #fall()}
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

    /** {@return the defaults: interval 2 s, timeout 1 s, rise 2, fall 3} */
    public static ProbePolicy ofDefaults() {
        return new ProbePolicy(Duration.ofSeconds(2), Duration.ofSeconds(1), 2, 3);
    }

    /**
     * Returns a copy with another interval.
     *
     * @param time the time from one probe of a target to the next, positive
     * @return the copy
     * @throws IllegalArgumentException if the time is not positive or more than a year
     */
    public ProbePolicy withInterval(Duration time) {
        return new ProbePolicy(time, timeout, rise, fall);
    }

    /**
     * Returns a copy with another timeout.
     *
     * @param time the time after which a connect has failed, positive
     * @return the copy
     * @throws IllegalArgumentException if the time is not positive or more than a year
     */
    public ProbePolicy withTimeout(Duration time) {
        return new ProbePolicy(interval, time, rise, fall);
    }

    /**
     * Returns a copy with another number of successes needed.
     *
     * @param successes how many successes in a row restore a target, at least 1
     * @return the copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public ProbePolicy withRise(int successes) {
        return new ProbePolicy(interval, timeout, successes, fall);
    }

    /**
     * Returns a copy with another number of failures allowed.
     *
     * @param failures how many failures in a row make a target down, at least 1
     * @return the copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public ProbePolicy withFall(int failures) {
        return new ProbePolicy(interval, timeout, rise, failures);
    }
}
