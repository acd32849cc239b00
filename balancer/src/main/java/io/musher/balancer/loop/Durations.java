package io.musher.balancer.loop;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes durations for messages, as their readers would; {@link Duration#toString} writes {@code PT1M30S}. */
public final class Durations {

    private static final int NANO_DIGITS = 9;
    private static final int NANO_DIGITS_OF_MILLIS = 6;

    private Durations() {}

    /**
     * {@return the duration with its units, as in {@code 500 ms}, {@code 2 s}, {@code 1 m 30 s} and {@code 1 d 12 h}}
     *
     * @param time any duration; nothing is rounded
     */
    public static String text(Duration time) {
        if (time.isNegative()) {
            return time.getSeconds() == Long.MIN_VALUE ? time.toString() : "-" + text(time.negated());
        }
        if (time.isZero()) {
            return "0 s";
        }
        if (time.getSeconds() == 0) {
            return plain(BigDecimal.valueOf(time.getNano(), NANO_DIGITS_OF_MILLIS)) + " ms";
        }
        List<String> parts = new ArrayList<>();
        add(parts, time.toDays(), "d");
        add(parts, time.toHoursPart(), "h");
        add(parts, time.toMinutesPart(), "m");
        BigDecimal seconds = BigDecimal.valueOf(time.toSecondsPart())
                .add(BigDecimal.valueOf(time.getNano(), NANO_DIGITS));
        if (seconds.signum() != 0) {
            parts.add(plain(seconds) + " s");
        }
        return String.join(" ", parts);
    }

    private static void add(List<String> parts, long number, String unit) {
        if (number > 0) {
            parts.add(number + " " + unit);
        }
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }
}
