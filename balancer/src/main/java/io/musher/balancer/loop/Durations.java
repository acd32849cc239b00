package io.musher.balancer.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes durations for messages, as their readers would; {@link Duration#toString} writes {@code PT1M30S}. Every start
 * of a balancer does so, hence without {@code BigDecimal}, whose first use takes a JVM milliseconds.
 */
public final class Durations {

    private static final int NANOS_OF_A_SECOND = 1_000_000_000;
    private static final int NANOS_OF_A_MILLI = 1_000_000;

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
            return decimal(time.getNano() / NANOS_OF_A_MILLI, time.getNano() % NANOS_OF_A_MILLI, NANOS_OF_A_MILLI)
                    + " ms";
        }
        List<String> parts = new ArrayList<>();
        add(parts, time.toDays(), "d");
        add(parts, time.toHoursPart(), "h");
        add(parts, time.toMinutesPart(), "m");
        if (time.toSecondsPart() != 0 || time.getNano() != 0) {
            parts.add(decimal(time.toSecondsPart(), time.getNano(), NANOS_OF_A_SECOND) + " s");
        }
        return String.join(" ", parts);
    }

    private static void add(List<String> parts, long number, String unit) {
        if (number > 0) {
            parts.add(number + " " + unit);
        }
    }

    /** {@return a number and its fraction, as in 1.25, without zeros at the end} */
    private static String decimal(int whole, int nanos, int nanosOfOne) {
        if (nanos == 0) {
            return Integer.toString(whole);
        }
        String digits = Integer.toString(nanosOfOne + nanos).substring(1);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return whole + "." + digits.substring(0, end);
    }
}
