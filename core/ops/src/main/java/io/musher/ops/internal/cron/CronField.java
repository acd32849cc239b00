package io.musher.ops.internal.cron;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One field of a {@link Cron} pattern: the set of its values. Immutable. */
final class CronField {

    /** What a field counts, and the names of its values. */
    private enum Unit {
        SECOND("second", 0, 59, List.of()),
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        DAY("day of month", 1, 31, List.of()),
        MONTH("month", 1, 12,
                List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
        WEEKDAY("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

        private final String label;
        private final int min;
        private final int max;
        private final List<String> names;

        Unit(String label, int min, int max, List<String> names) {
            this.label = label;
            this.min = min;
            this.max = max;
            this.names = names;
        }
    }

    private final Unit unit;
    private final boolean restricted;
    /** Bit n stands for value n. */
    private long values;

    private CronField(Unit unit, String text) {
        this.unit = unit;
        restricted = !text.startsWith("*") && !text.equals("?");
        for (String part : text.split(",", -1)) {
            add(part);
        }
        if (unit == Unit.WEEKDAY && (values & 1L << 7) != 0) {
            values = values & ~(1L << 7) | 1;
        }
    }

    /** Parses all fields of a pattern; a pattern of five gets second 0. */
    static List<CronField> parseAll(String pattern) {
        List<String> parts = new ArrayList<>(List.of(pattern.strip().split("\\s+")));
        if (parts.size() == 5) {
            parts.add(0, "0");
        }
        if (parts.size() != 6) {
            throw new IllegalArgumentException("\"" + pattern + "\" has " + (pattern.isBlank() ? 0 : parts.size())
                    + (parts.size() == 1 && !pattern.isBlank() ? " field" : " fields")
                    + ", a pattern has five (minute, hour, day of month, month, day of week) or six (seconds first)");
        }
        List<CronField> fields = new ArrayList<>();
        for (Unit unit : Unit.values()) {
            fields.add(new CronField(unit, parts.get(fields.size())));
        }
        return fields;
    }

    boolean contains(int value) {
        return (values & 1L << value) != 0;
    }

    /** {@return whether the field is other than {@code *}} */
    boolean isRestricted() {
        return restricted;
    }

    /** {@return the smallest value from the given one on; -1 if there is none} */
    int next(int from) {
        long rest = from > 63 ? 0 : values & -1L << from;
        return rest == 0 ? -1 : Long.numberOfTrailingZeros(rest);
    }

    int first() {
        return next(0);
    }

    private void add(String part) {
        String[] range = part.split("/", -1);
        if (range.length > 2) {
            throw malformed(part);
        }
        int step = range.length == 2 ? number(range[1], part) : 1;
        if (step < 1) {
            throw malformed(part);
        }
        int from;
        int to;
        if (range[0].equals("*") || range[0].equals("?")) {
            from = unit.min;
            to = unit == Unit.WEEKDAY ? 6 : unit.max;
        } else {
            String[] ends = range[0].split("-", -1);
            if (ends.length > 2) {
                throw malformed(part);
            }
            from = value(ends[0], part);
            to = ends.length == 2 ? value(ends[1], part) : range.length == 2 ? unit.max : from;
            if (unit == Unit.WEEKDAY && ends.length == 1 && range.length == 2) {
                to = 6;
            }
        }
        if (from > to) {
            throw new IllegalArgumentException(
                    "the range " + part + " of the field " + unit.label + " ends before it begins");
        }
        for (int value = from; value <= to; value += step) {
            values |= 1L << value;
        }
    }

    private int value(String text, String part) {
        int named = unit.names.indexOf(text.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return named + unit.min;
        }
        int value = number(text, part);
        if (value < unit.min || value > unit.max) {
            throw malformed(part);
        }
        return value;
    }

    private int number(String text, String part) {
        if (!text.matches("[0-9]{1,4}")) {
            throw malformed(part);
        }
        return Integer.parseInt(text);
    }

    private IllegalArgumentException malformed(String part) {
        return new IllegalArgumentException("\"" + part + "\" is no value for the field " + unit.label + ": expected "
                + unit.min + " to " + unit.max + (unit.names.isEmpty() ? "" : ", " + unit.names.get(0) + " to "
                        + unit.names.get(unit.names.size() - 1))
                + ", *, a range such as " + unit.min + "-" + (unit.min + 2) + ", or a step such as */2");
    }
}
