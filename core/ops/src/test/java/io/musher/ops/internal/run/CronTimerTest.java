package io.musher.ops.internal.run;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.ops.internal.cron.Cron;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CronTimerTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T10:00:59.999Z"));
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            looks.incrementAndGet();
            return now.get();
        }
    };

    @Test
    void shouldRunAtItsTimeAndOnceForTimesThatHavePassed() {
        try (CronTimer timer = new CronTimer(clock)) {
            timer.add(Cron.parse("* * * * * *"), runs::incrementAndGet);
            now.set(Instant.parse("2026-11-21T12:00:00.999Z"));
            await().until(() -> runs.get() == 1);
            now.set(Instant.parse("2026-11-21T12:00:01.999Z"));
            await().until(() -> runs.get() == 2);
        }
    }

    @Test
    void shouldRunAgainAfterTheClockWasSetBack() {
        try (CronTimer timer = new CronTimer(clock)) {
            timer.add(Cron.parse("* * * * * *"), runs::incrementAndGet);
            now.set(Instant.parse("2026-11-21T09:00:00.999Z"));
            int before = looks.get();
            // the timer may just have planned its next look by the former time, at most 10 s ahead
            await().atMost(Duration.ofSeconds(30)).until(() -> looks.get() > before + 1);
            assertEquals(0, runs.get());
            now.set(Instant.parse("2026-11-21T09:00:01.999Z"));
            await().until(() -> runs.get() == 1);
        }
    }

    @Test
    void shouldNotRunWhatWasRemoved() throws Exception {
        try (CronTimer timer = new CronTimer(clock)) {
            AtomicInteger others = new AtomicInteger();
            AutoCloseable removed = timer.add(Cron.parse("* * * * * *"), runs::incrementAndGet);
            timer.add(Cron.parse("* * * * * *"), others::incrementAndGet);
            removed.close();
            now.set(Instant.parse("2026-11-21T10:01:05.999Z"));
            await().until(() -> others.get() == 1);
            assertEquals(0, runs.get());
        }
    }
}
