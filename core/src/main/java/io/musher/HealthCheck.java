package io.musher;

import io.musher.balancer.loop.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * Configures a health check: how the primary detects a worker that runs but does not work. Use the
 * factories and the {@code with} methods.
 *
 * <p>A <em>liveness</em> check (the default) replaces a worker after {@code fall} misses in a row: the worker is
 * withdrawn from the balancer, and its replacement is started as the {@link RestartPolicy} says, usually at once (where
 * the ports of instances are fixed, the replacement waits for the port). A thread dump of the worker is logged and
 * added to its {@code Exited} event (JVMs on Linux). Then the worker is ended: by SIGKILL if it does not answer
 * heartbeats or cannot produce the dump within 3 s, else as the {@link StopPolicy} says. Liveness is checked once a
 * worker has been ready; before that, {@link ClusterBuilder#startTimeout} applies.
 *
 * <p>A <em>readiness</em> check only withholds traffic: a worker becomes ready after {@code rise} passes in a row, and
 * is {@code NOT_READY} after {@code fall} misses in a row until it passes again.
 *
 * <p>By default there are no checks: a debugger that halts a worker would look like a hang.
 *
 * @param kind what is checked
 * @param path the path and query of an HTTP check; empty for other kinds
 * @param interval the time from one check to the next
 * @param timeout the time without an answer after which a check is a miss
 * @param rise how many answers in a row make a worker healthy again
 * @param fall how many misses in a row make a worker unhealthy
 * @param role what a failed check leads to
 */
public record HealthCheck(Kind kind, String path, Duration interval, Duration timeout, int rise, int fall, Role role) {

    /** What is checked. Constants may be added in later versions. */
    public enum Kind {
        /**
         * A TCP connect to the worker's port. A hanging process still passes, because the operating system accepts
         * connections for it.
         */
        TCP,
        /** An HTTP {@code GET} request to the worker's port; a status of 200 to 399 passes. */
        HTTP,
        /**
         * A heartbeat on the worker's channel. In a JVM Musher answers it, however busy the listeners are, or the
         * function given to {@link WorkerContext#onHeartbeat} decides. A command has to answer by itself; it needs
         * {@link Readiness#EXPLICIT}, by which it is known to have a channel. Not counted for a JVM as long as its
         * program has not joined the cluster, which is logged.
         */
        HEARTBEAT
    }

    /** What a failed check leads to. */
    public enum Role {
        /** The worker is replaced. */
        LIVENESS,
        /** The worker gets no traffic until it passes again. */
        READINESS
    }

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /**
     * Checks the components.
     *
     * @param kind as the component
     * @param path as the component
     * @param interval as the component
     * @param timeout as the component
     * @param rise as the component
     * @param fall as the component
     * @param role as the component
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if a time is not within 1 ms to a day, a number is less than 1, the path of an
     *     HTTP check does not begin with {@code /} or contains a character that is not printable ASCII, or a check of
     *     another kind has a path
     */
    public HealthCheck {
        Objects.requireNonNull(kind, "healthCheck kind");
        Objects.requireNonNull(path, "healthCheck path");
        Objects.requireNonNull(role, "healthCheck role");
        within("interval", interval);
        within("timeout", timeout);
        if (rise < 1 || fall < 1) {
            throw new IllegalArgumentException(
                    "healthCheck rise " + rise + " and fall " + fall + " must be at least 1");
        }
        if (kind == Kind.HTTP ? !path.matches("/[\\x21-\\x7e]*") : !path.isEmpty()) {
            throw new IllegalArgumentException("healthCheck path '" + path + "' of " + kind
                    + ": an HTTP check gets a path that begins with / and is plain ASCII, another one has none");
        }
    }

    private static void within(String option, Duration time) {
        Objects.requireNonNull(time, "healthCheck " + option);
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "healthCheck " + option + " " + Durations.text(time) + " is not within 1 ms to a day");
        }
    }

    /** {@return a TCP check for liveness: interval 2 s, timeout 1 s, rise 1, fall 3} */
    public static HealthCheck tcp() {
        return of(Kind.TCP, "");
    }

    /**
     * Returns an HTTP check for liveness: interval 2 s, timeout 1 s, rise 1, fall 3.
     *
     * @param path the path and query, such as {@code /health}
     * @return the check
     * @throws IllegalArgumentException if the path does not begin with {@code /} or contains a character that is not
     *     printable ASCII
     */
    public static HealthCheck http(String path) {
        return of(Kind.HTTP, path);
    }

    /** {@return a heartbeat check for liveness: interval 2 s, timeout 1 s, rise 1, fall 3} */
    public static HealthCheck heartbeat() {
        return of(Kind.HEARTBEAT, "");
    }

    private static HealthCheck of(Kind kind, String path) {
        return new HealthCheck(kind, path, INTERVAL, TIMEOUT, 1, 3, Role.LIVENESS);
    }

    /** {@return a copy that checks readiness: it withholds traffic instead of replacing the worker} */
    public HealthCheck asReadiness() {
        return new HealthCheck(kind, path, interval, timeout, rise, fall, Role.READINESS);
    }

    /**
     * Returns a copy with another interval.
     *
     * @param time the time from one check to the next, 1 ms to a day
     * @return the copy
     * @throws IllegalArgumentException if the time is not within that range
     */
    public HealthCheck withInterval(Duration time) {
        return new HealthCheck(kind, path, time, timeout, rise, fall, role);
    }

    /**
     * Returns a copy with another timeout.
     *
     * @param time the time without an answer after which a check is a miss, 1 ms to a day
     * @return the copy
     * @throws IllegalArgumentException if the time is not within that range
     */
    public HealthCheck withTimeout(Duration time) {
        return new HealthCheck(kind, path, interval, time, rise, fall, role);
    }

    /**
     * Returns a copy with another number of answers needed.
     *
     * @param answers how many answers in a row make a worker healthy again, at least 1
     * @return the copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public HealthCheck withRise(int answers) {
        return new HealthCheck(kind, path, interval, timeout, answers, fall, role);
    }

    /**
     * Returns a copy with another number of misses allowed.
     *
     * @param misses how many misses in a row make a worker unhealthy, at least 1
     * @return the copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public HealthCheck withFall(int misses) {
        return new HealthCheck(kind, path, interval, timeout, rise, misses, role);
    }

    /** {@return the kind and path in a few words} */
    @Override
    public String toString() {
        return kind == Kind.HTTP ? "GET " + path : kind == Kind.TCP ? "connect" : "heartbeat";
    }
}
