package io.musher.ops.internal.cron;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Optional;

/**
 * A pattern of points in time: five fields (minute, hour, day of month, month, day of week), or six with seconds first.
 * Immutable.
 *
 * <p>A field is {@code *}, a number, a range {@code 1-5}, any of them with a step ({@code 0/5} is {@code 0-59/5}), or a
 * list of these, separated by commas. Months and days of the week also have their English names, three letters long;
 * Sunday is 0 or 7. When both days are restricted, one of them has to fit, as in every cron.
 *
 * <p>In the hour that is skipped when summer time begins, patterns are due at its end; in the hour that is repeated
 * when it ends, they are due in the first pass only.
 */
public final class Cron {

    /** The longest gap between two leap days, which is the rarest date of all. */
    private static final int SEARCH_YEARS = 8;

    private final String pattern;
    private final CronField seconds;
    private final CronField minutes;
    private final CronField hours;
    private final CronField days;
    private final CronField months;
    private final CronField weekdays;

    private Cron(String pattern, List<CronField> fields) {
        this.pattern = pattern;
        seconds = fields.get(0);
        minutes = fields.get(1);
        hours = fields.get(2);
        days = fields.get(3);
        months = fields.get(4);
        weekdays = fields.get(5);
    }

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException if the pattern is malformed or never due; the message says which field is wrong
     */
    public static Cron parse(String pattern) {
        Cron cron = new Cron(pattern, CronField.parseAll(pattern));
        if (cron.nextLocal(LocalDateTime.of(2000, 1, 1, 0, 0)).isEmpty()) {
            throw new IllegalArgumentException("no month has such a day: \"" + pattern + "\" is never due");
        }
        return cron;
    }

    /** {@return the next time after the given one, in its zone} */
    public ZonedDateTime next(ZonedDateTime after) {
        LocalDateTime local = after.toLocalDateTime();
        while (true) {
            local = nextLocal(local.plusSeconds(1).withNano(0)).orElseThrow();
            ZoneOffsetTransition change = after.getZone().getRules().getTransition(local);
            ZonedDateTime due = change != null && change.isGap()
                    ? change.getDateTimeAfter().atZone(after.getZone())
                    : local.atZone(after.getZone()).withEarlierOffsetAtOverlap();
            if (due.isAfter(after)) {
                return due;
            }
        }
    }

    /** Returns the first time that fits, from the given one on. */
    private Optional<LocalDateTime> nextLocal(LocalDateTime from) {
        LocalDate day = from.toLocalDate();
        LocalDate last = day.plusYears(SEARCH_YEARS);
        LocalTime earliest = from.toLocalTime();
        while (!day.isAfter(last)) {
            if (!months.contains(day.getMonthValue())) {
                day = day.plusMonths(1).withDayOfMonth(1);
            } else {
                Optional<LocalTime> time = isDay(day) ? nextTime(earliest) : Optional.empty();
                if (time.isPresent()) {
                    return Optional.of(day.atTime(time.get()));
                }
                day = day.plusDays(1);
            }
            earliest = LocalTime.MIDNIGHT;
        }
        return Optional.empty();
    }

    private boolean isDay(LocalDate day) {
        boolean inMonth = days.contains(day.getDayOfMonth());
        boolean inWeek = weekdays.contains(day.getDayOfWeek().getValue() % 7);
        return days.isRestricted() && weekdays.isRestricted() ? inMonth || inWeek : inMonth && inWeek;
    }

    private Optional<LocalTime> nextTime(LocalTime from) {
        int hour = hours.next(from.getHour());
        if (hour < 0) {
            return Optional.empty();
        }
        if (hour > from.getHour()) {
            return Optional.of(LocalTime.of(hour, minutes.first(), seconds.first()));
        }
        int minute = minutes.next(from.getMinute());
        if (minute == from.getMinute()) {
            int second = seconds.next(from.getSecond());
            if (second >= 0) {
                return Optional.of(LocalTime.of(hour, minute, second));
            }
            minute = minutes.next(minute + 1);
        }
        if (minute >= 0) {
            return Optional.of(LocalTime.of(hour, minute, seconds.first()));
        }
        hour = hours.next(hour + 1);
        return hour < 0 ? Optional.empty() : Optional.of(LocalTime.of(hour, minutes.first(), seconds.first()));
    }

    /** {@return the pattern as it was written} */
    @Override
    public String toString() {
        return pattern;
    }
}
