package io.musher.ops.internal.run;

import io.musher.ops.internal.cron.Cron;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs actions at the times of their patterns, on one thread. Looks at the clock at least every {@link #LONGEST}, so
 * that a clock that is set, or a machine that was suspended, delays nothing for longer. Times that have passed
 * meanwhile are due once.
 */
final class CronTimer implements AutoCloseable {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Clock clock;
    private final ScheduledThreadPoolExecutor executor;

    CronTimer(Clock clock) {
        this.clock = clock;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "musher-cron");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Adds an action; must not throw and must not block. {@return removes it when closed} */
    AutoCloseable add(Cron cron, Runnable action) {
        Entry entry = new Entry(cron, action);
        entry.plan();
        return entry::cancel;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private final class Entry implements Runnable {

        private final Cron cron;
        private final Runnable action;
        private ZonedDateTime due;
        private ZonedDateTime lookedAt;
        private volatile boolean cancelled;

        Entry(Cron cron, Runnable action) {
            this.cron = cron;
            this.action = action;
            lookedAt = ZonedDateTime.now(clock);
            due = cron.next(lookedAt);
        }

        void cancel() {
            cancelled = true;
        }

        void plan() {
            long wait = Math.max(1,
                    Math.min(Duration.between(ZonedDateTime.now(clock), due).toMillis() + 1, LONGEST.toMillis()));
            executor.schedule(this, wait, TimeUnit.MILLISECONDS);
        }

        @Override
        public void run() {
            if (cancelled) {
                return;
            }
            ZonedDateTime now = ZonedDateTime.now(clock);
            if (now.isBefore(lookedAt)) {
                // the clock was set back: what is due is to be found anew
                due = cron.next(now);
            } else if (!now.isBefore(due)) {
                due = cron.next(now);
                action.run();
            }
            lookedAt = now;
            plan();
        }
    }
}
