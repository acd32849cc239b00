package io.musher.ops.internal.cron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** {@link Cron} beside a brute force that looks at each minute, on days when clocks change. */
class CronProperties {

    /** Days that are 23, 25 and 23.5 or 24.5 hours long, with the days around them. */
    private static final List<ZonedDateTime> DAYS = List.of(start("2026-03-28", "Europe/Berlin"),
            start("2026-10-24", "Europe/Berlin"), start("2026-04-04", "Australia/Lord_Howe"),
            start("2026-10-03", "Australia/Lord_Howe"), start("2026-03-07", "America/New_York"),
            start("2026-10-31", "America/New_York"));

    private static final int HOURS = 60;

    private static ZonedDateTime start(String day, String zone) {
        return LocalDate.parse(day).atStartOfDay(ZoneId.of(zone));
    }

    @Property(tries = 300)
    void shouldAgreeWithLookingAtEachMinute(@ForAll("minutes") Set<Integer> minutes,
            @ForAll("hours") Set<Integer> hours,
            @ForAll("days") ZonedDateTime start) {
        Cron cron = Cron.parse(list(minutes) + " " + list(hours) + " * * *");
        ZonedDateTime end = start.plusHours(HOURS);

        List<Instant> found = new ArrayList<>();
        for (ZonedDateTime next = cron.next(start.minusSeconds(1)); next.isBefore(end); next = cron.next(next)) {
            found.add(next.toInstant());
        }

        assertEquals(lookAtEachMinute(minutes, hours, start, end), found);
    }

    /** Walks through real minutes: due when the clock shows such a time for the first time, or has jumped over it. */
    private static List<Instant> lookAtEachMinute(Set<Integer> minutes, Set<Integer> hours, ZonedDateTime start,
            ZonedDateTime end) {
        List<Instant> due = new ArrayList<>();
        Set<Object> shown = new HashSet<>();
        for (ZonedDateTime now = start; now.isBefore(end); now = now.plusMinutes(1)) {
            boolean isDue = false;
            ZonedDateTime before = now.minusMinutes(1);
            var local = before.toLocalDateTime().plusMinutes(1);
            if (!local.isBefore(now.toLocalDateTime())) {
                local = now.toLocalDateTime();
            }
            for (; !local.isAfter(now.toLocalDateTime()); local = local.plusMinutes(1)) {
                isDue |= shown.add(local) && minutes.contains(local.getMinute()) && hours.contains(local.getHour());
            }
            if (isDue) {
                due.add(now.toInstant());
            }
        }
        return due;
    }

    private static String list(Set<Integer> values) {
        return values.stream().sorted().map(Object::toString).reduce((a, b) -> a + "," + b).orElseThrow();
    }

    @Provide
    Arbitrary<Set<Integer>> minutes() {
        return Arbitraries.integers().between(0, 59).set().ofMinSize(1).ofMaxSize(5);
    }

    @Provide
    Arbitrary<Set<Integer>> hours() {
        Arbitrary<Integer> any = Arbitraries.integers().between(0, 23);
        Arbitrary<Integer> night = Arbitraries.integers().between(0, 3);
        return Combinators.combine(any.set().ofMaxSize(3), night.set().ofMinSize(1).ofMaxSize(3)).as((a, b) -> {
            Set<Integer> both = new HashSet<>(a);
            both.addAll(b);
            return both;
        });
    }

    @Provide
    Arbitrary<ZonedDateTime> days() {
        return Arbitraries.of(DAYS);
    }
}
