package io.musher.internal.health;

import io.musher.HealthCheck;
import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import io.musher.internal.supervisor.Incarnation;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats one health check of one worker at its interval, with its timeout, until the worker begins to stop; counts
 * passes and misses against {@code rise} and {@code fall}. Control thread only.
 *
 * <p>A miss that is noticed long after its timeout is discarded and the check repeated at once: this process was halted
 * (SIGSTOP, a suspended machine), so the miss may be its own.
 *
 * <pre>
 *  unknown ─rise passes─▶ up ⇄ down (after fall misses; after one miss while the worker boots)
 * </pre>
 */
final class ScheduledCheck {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    /** Longest interval while the worker boots, so that a long configured interval does not delay its start. */
    private static final long BOOT_NANOS = 100_000_000L;

    /** Delay of the control loop beyond the timeout from which a miss says nothing about the worker. */
    private static final long LATE_NANOS = 250_000_000L;

    private final EventLoop loop;
    private final HealthCheck rule;
    private final Incarnation worker;
    private final Check check;
    private final Runnable risen;
    private final Consumer<String> fallen;
    private @Nullable Timers.Timer timeout;
    private long begun;
    private int passes;
    private int misses;
    private boolean up;
    private boolean waiting;

    /**
     * @param risen called after each pass while the check is up
     * @param fallen called with the reason after each miss while the check is down
     */
    ScheduledCheck(EventLoop loop, HealthCheck rule, Incarnation worker, Check check, Runnable risen,
            Consumer<String> fallen) {
        this.loop = loop;
        this.rule = rule;
        this.worker = worker;
        this.check = check;
        this.risen = risen;
        this.fallen = fallen;
    }

    void run() {
        if (!worker.isWorking()) {
            return;
        }
        begun = loop.now();
        waiting = true;
        timeout = loop.schedule(rule.timeout().toNanos(), this::late);
        check.begin(this::completed);
    }

    /**
     * Reports a timeout. The report runs after all tasks already queued, so that an answer counts that arrived while
     * this process itself was delayed.
     */
    private void late() {
        loop.execute(() -> {
            if (waiting) {
                check.abandon();
                completed(Optional.of("no answer within " + Durations.text(rule.timeout())));
            }
        });
    }

    private void completed(Optional<String> miss) {
        if (!waiting) {
            return;
        }
        waiting = false;
        loop.cancel(timeout);
        long late = loop.now() - begun - rule.timeout().toNanos();
        if (miss.isPresent() && late > LATE_NANOS) {
            LOG.debug("{}: discards a failed health check ({}), which this process noticed {} ms late", worker, rule,
                    late / 1_000_000);
            loop.schedule(1_000_000, this::run);
            return;
        }
        if (miss.isEmpty()) {
            passed();
        } else {
            missed(miss.get());
        }
        long pause = !up && worker.isBooting() ? Math.min(BOOT_NANOS, rule.interval().toNanos())
                : rule.interval().toNanos();
        loop.schedule(Math.max(1_000_000, begun + pause - loop.now()), this::run);
    }

    private void passed() {
        misses = 0;
        up |= ++passes >= rule.rise();
        if (up) {
            risen.run();
        }
    }

    private void missed(String why) {
        passes = 0;
        boolean counts = worker.countsFailedChecks();
        if (!counts && rule.role() == HealthCheck.Role.LIVENESS) {
            return; // while the worker boots, startTimeout decides
        }
        if (++misses >= rule.fall() || !counts) {
            up = false;
            fallen.accept(
                    "its health check (" + rule + ") failed " + misses + (misses == 1 ? " time: " : " times: ") + why);
        }
    }
}
