package io.musher.ops.internal.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/** Reads the values of options, each from the words that follow its name. */
final class Values {

    private Values() {}

    static void checkRange(String option, OptionalInt value, int min, int max) throws UsageException {
        if (value.isPresent() && (value.getAsInt() < min || value.getAsInt() > max)) {
            throw new UsageException(option + " is " + value.getAsInt() + ", expected a whole number from " + min
                    + " to " + max);
        }
    }

    static int instances(String option, Deque<String> rest) throws UsageException {
        if (List.of("max", "auto").contains(rest.peek())) {
            rest.poll();
            return Runtime.getRuntime().availableProcessors();
        }
        return number(option, rest);
    }

    static int number(String option, Deque<String> rest) throws UsageException {
        String value = value(option, rest);
        int number = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9' || i > 5) {
                throw new UsageException(option + ": \"" + value + "\" is no number from 0 to 999999");
            }
            number = 10 * number + c - '0';
        }
        return number;
    }

    /** Takes a time such as {@code 10m}; without a unit it means seconds. */
    static long seconds(String option, Deque<String> rest) throws UsageException {
        String value = value(option, rest);
        int unit = "smhd".indexOf(value.charAt(value.length() - 1));
        String digits = unit < 0 ? value : value.substring(0, value.length() - 1);
        long factor = switch (unit) {
            case 1 -> 60;
            case 2 -> 3_600;
            case 3 -> 86_400;
            default -> 1;
        };
        if (!digits.matches("[0-9]{1,6}")) {
            throw new UsageException(option + ": \"" + value + "\" is no time such as 30s, 10m, 2h or 1d");
        }
        return factor * Integer.parseInt(digits);
    }

    static Path path(String option, Deque<String> rest) throws UsageException {
        String value = value(option, rest);
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException(option + ": \"" + value + "\" is no path: " + e.getReason());
        }
    }

    static String value(String option, Deque<String> rest) throws UsageException {
        String value = rest.poll();
        if (value == null || value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }
}
