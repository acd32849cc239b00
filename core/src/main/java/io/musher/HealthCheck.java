package io.musher;

import java.time.Duration;
import java.util.Objects;

/**
 * How the primary finds out that a worker which runs does not work. Components may be added in later versions; use the factories and the
 * {@code with} methods.
 *
 * <p>A check of <em>liveness</em> (the default) replaces a worker: it leaves the balancer after {@code fall} misses in a row, its
 * replacement is started as the {@link RestartPolicy} says (at once as a rule; ports promised by {@code startPort} alone are waited for), where
 * its threads hang is logged and told by its {@code Exited} event (JVMs on Linux), and it ends: by SIGKILL when it does not answer a heartbeat or
 * cannot even tell its threads within 3 s, by the {@link StopPolicy} else. A check of <em>readiness</em> only keeps traffic away: a
 * worker is not ready before it has passed {@code rise} times in a row, and {@code NOT_READY} from {@code fall} misses on until it passes
 * again. Liveness counts from a worker's first being ready; before, {@code startTimeout} decides.
 *
 * <p>There is no check unless the option {@code healthCheck} names one: a debugger that halts a worker would look like a hang.
 *
 * @param kind what is asked
 * @param path what an HTTP check gets, with its query; empty for the others
 * @param interval from one check to the next
 * @param timeout after which no answer is a miss
 * @param rise so many answers in a row make a worker healthy again
 * @param fall so many misses in a row make it unhealthy
 * @param role what follows from a miss
 */
public record HealthCheck(Kind kind, String path, Duration interval, Duration timeout, int rise, int fall, Role role) {

    /** What is asked. Constants may be added in later versions. */
    public enum Kind {
        /** A connect to the worker's port. A process that hangs still passes it: the system accepts in its stead. */
        TCP,
        /** {@code GET} of a path on the worker's port; a status of 200 to 399 is an answer. */
        HTTP,
        /**
         * A word on the worker's channel. A JVM answers by itself, however busy its listeners are, or asks the application if {@link
         * WorkerContext#onHeartbeat} said whom. Commands that have never answered one are let off, and programs that never joined.
         */
        HEARTBEAT
    }

    /** What follows from a miss. */
    public enum Role {
        /** The worker is replaced. */
        LIVENESS,
        /** The worker gets no traffic until it answers again. */
        READINESS
    }

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /**
     * Checks the components.
     *
     * @param kind what is asked
     * @param path what an HTTP check gets; empty for the others
     * @param interval from one check to the next
     * @param timeout after which no answer is a miss
     * @param rise answers in a row that make a worker healthy again
     * @param fall misses in a row that make it unhealthy
     * @param role what follows from a miss
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if a time is not within 1 ms to a day, a number is less than 1, the path of an HTTP check does not
     *     begin with {@code /} or has a blank or a control character, or another check has a path
     */
    public HealthCheck {
        Objects.requireNonNull(kind, "healthCheck kind");
        Objects.requireNonNull(path, "healthCheck path");
        Objects.requireNonNull(role, "healthCheck role");
        within("interval", interval);
        within("timeout", timeout);
        if (rise < 1 || fall < 1) {
            throw new IllegalArgumentException("healthCheck rise " + rise + " and fall " + fall + " must be at least 1");
        }
        if (kind == Kind.HTTP ? !path.matches("/[\\x21-\\x7e]*") : !path.isEmpty()) {
            throw new IllegalArgumentException("healthCheck path '" + path + "' of " + kind
                    + ": an HTTP check gets a path that begins with / and is plain ASCII, another one has none");
        }
    }

    private static void within(String option, Duration time) {
        Objects.requireNonNull(time, "healthCheck " + option);
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("healthCheck " + option + " " + time + " is not within 1 ms to a day");
        }
    }

    /** {@return a connect every 2 s, timeout 1 s, rise 1, fall 3, liveness} */
    public static HealthCheck tcp() {
        return of(Kind.TCP, "");
    }

    /**
     * {@return a request every 2 s, timeout 1 s, rise 1, fall 3, liveness}
     *
     * @param path such as {@code /health}
     * @throws IllegalArgumentException if it does not begin with {@code /}
     */
    public static HealthCheck http(String path) {
        return of(Kind.HTTP, path);
    }

    /** {@return a heartbeat every 2 s, timeout 1 s, rise 1, fall 3, liveness} */
    public static HealthCheck heartbeat() {
        return of(Kind.HEARTBEAT, "");
    }

    private static HealthCheck of(Kind kind, String path) {
        return new HealthCheck(kind, path, INTERVAL, TIMEOUT, 1, 3, Role.LIVENESS);
    }

    /** {@return a copy that keeps traffic away instead of replacing} */
    public HealthCheck asReadiness() {
        return new HealthCheck(kind, path, interval, timeout, rise, fall, Role.READINESS);
    }

    /**
     * {@return a copy}
     *
     * @param time from one check to the next
     */
    public HealthCheck withInterval(Duration time) {
        return new HealthCheck(kind, path, time, timeout, rise, fall, role);
    }

    /**
     * {@return a copy}
     *
     * @param time after which no answer is a miss
     */
    public HealthCheck withTimeout(Duration time) {
        return new HealthCheck(kind, path, interval, time, rise, fall, role);
    }

    /**
     * {@return a copy}
     *
     * @param answers in a row that make a worker healthy again
     */
    public HealthCheck withRise(int answers) {
        return new HealthCheck(kind, path, interval, timeout, answers, fall, role);
    }

    /**
     * {@return a copy}
     *
     * @param misses in a row that make a worker unhealthy
     */
    public HealthCheck withFall(int misses) {
        return new HealthCheck(kind, path, interval, timeout, rise, misses, role);
    }

    /** {@return what is asked, in a word or two} */
    @Override
    public String toString() {
        return kind == Kind.HTTP ? "GET " + path : kind == Kind.TCP ? "connect" : "heartbeat";
    }
}
