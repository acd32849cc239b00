package io.musher.ops.internal.cron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */20 * * * * *       | 2026-11-21T10:00:05 | 2026-11-21T10:00:20
            0/5 * * * * *        | 2026-11-21T10:00:55 | 2026-11-21T10:01:00
            0 3 * * *            | 2026-11-21T03:00    | 2026-11-22T03:00
            30 2 1 * *           | 2026-11-21T03:00    | 2026-12-01T02:30
            0 0 * * MON-FRI      | 2026-11-20T12:00    | 2026-11-23T00:00
            0 0 * * 7            | 2026-11-20T12:00    | 2026-11-22T00:00
            0 0 29 2 *           | 2096-03-01T00:00    | 2104-02-29T00:00
            0 12 13 * fri        | 2026-11-12T13:00    | 2026-11-13T12:00
            15,45 8-10/2 * jan ? | 2026-01-31T08:50    | 2026-01-31T10:15
            """)
    void shouldFindTheNextTime(String pattern, String after, String next) {
        ZoneId zone = ZoneId.of("UTC");

        assertEquals(java.time.LocalDateTime.parse(next).atZone(zone),
                Cron.parse(pattern).next(java.time.LocalDateTime.parse(after).atZone(zone)));
    }

    @Test
    void shouldBeDueOnEitherDayWhenBothAreRestricted() {
        ZonedDateTime thursday = ZonedDateTime.parse("2026-11-12T13:00:00Z");

        // the 13th, a Friday, and then each Monday
        assertEquals(ZonedDateTime.parse("2026-11-13T00:00:00Z"), Cron.parse("0 0 13 * MON").next(thursday));
        assertEquals(ZonedDateTime.parse("2026-11-16T00:00:00Z"),
                Cron.parse("0 0 13 * MON").next(thursday.plusDays(1)));
    }

    @Test
    void shouldBeDueAtTheEndOfAnHourThatIsSkipped() {
        assertEquals(ZonedDateTime.parse("2026-03-29T03:00:00+02:00[Europe/Berlin]"),
                Cron.parse("30 2 * * *").next(ZonedDateTime.of(2026, 3, 29, 0, 0, 0, 0, BERLIN)));
    }

    @Test
    void shouldBeDueOnceInAnHourThatIsRepeated() {
        Cron cron = Cron.parse("30 2 * * *");

        ZonedDateTime first = cron.next(ZonedDateTime.of(2026, 10, 25, 0, 0, 0, 0, BERLIN));

        assertEquals(ZonedDateTime.parse("2026-10-25T02:30:00+02:00[Europe/Berlin]"), first);
        assertEquals(ZonedDateTime.parse("2026-10-26T02:30:00+01:00[Europe/Berlin]"), cron.next(first));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "* * * *", "* * * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
            "* * * * 8", "5-1 * * * *", "*/0 * * * *", "1/2/3 * * * *", "a * * * *", "-1 * * * *", ", * * * *",
            "* * 31 FEB *", "99999999999 * * * *"})
    void shouldRefuseWhatIsNoPattern(String pattern) {
        String message = assertThrows(IllegalArgumentException.class, () -> Cron.parse(pattern)).getMessage();

        assertTrue(message.matches(".*(field|no value|never due).*"), message);
    }
}
