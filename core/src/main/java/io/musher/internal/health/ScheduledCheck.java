package io.musher.internal.health;

import io.musher.HealthCheck;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import io.musher.internal.supervisor.Incarnation;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks one worker one thing, again and again, as long as it works; counts answers and misses, and tells what follows from them.
 *
 * <pre>
 *  unknown ─rise answers─▶ up ⇄ down (fall misses; one while the worker boots)
 * </pre>
 */
final class ScheduledCheck {

    /** A worker that boots is not kept waiting for a long interval. */
    private static final long BOOT_NANOS = 100_000_000L;

    private final EventLoop loop;
    private final HealthCheck rule;
    private final Incarnation worker;
    private final Check check;
    private final Runnable risen;
    private final Consumer<String> fallen;
    private Timers.Timer timeout;
    private long begun;
    private int answers;
    private int misses;
    private boolean up;
    private boolean waiting;

    /**
     * @param risen told at each answer while it is up
     * @param fallen told at each miss while it is down, with the reason
     */
    ScheduledCheck(EventLoop loop, HealthCheck rule, Incarnation worker, Check check, Runnable risen, Consumer<String> fallen) {
        this.loop = loop;
        this.rule = rule;
        this.worker = worker;
        this.check = check;
        this.risen = risen;
        this.fallen = fallen;
    }

    void ask() {
        if (!worker.isWorking()) {
            return;
        }
        begun = loop.now();
        waiting = true;
        timeout = loop.schedule(rule.timeout().toNanos(), this::late);
        check.begin(this::completed);
    }

    /** What has arrived while this process itself was held up is heard first. */
    private void late() {
        loop.execute(() -> {
            if (waiting) {
                check.abandon();
                completed(Optional.of("no answer within " + rule.timeout().toMillis() + " ms"));
            }
        });
    }

    private void completed(Optional<String> miss) {
        if (!waiting) {
            return;
        }
        waiting = false;
        loop.cancel(timeout);
        if (miss.isEmpty()) {
            answered();
        } else {
            missed(miss.get());
        }
        long pause = !up && worker.isBooting() ? Math.min(BOOT_NANOS, rule.interval().toNanos()) : rule.interval().toNanos();
        loop.schedule(Math.max(1_000_000, begun + pause - loop.now()), this::ask);
    }

    private void answered() {
        misses = 0;
        up |= ++answers >= rule.rise();
        if (up) {
            risen.run();
        }
    }

    private void missed(String why) {
        answers = 0;
        boolean judged = worker.isJudged();
        if (!judged && rule.role() == HealthCheck.Role.LIVENESS) {
            return; // its start has a deadline of its own
        }
        if (++misses >= rule.fall() || !judged) {
            up = false;
            fallen.accept("its health check (" + rule + ") failed " + misses + (misses == 1 ? " time: " : " times: ") + why);
        }
    }
}
