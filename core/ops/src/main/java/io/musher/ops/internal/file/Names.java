package io.musher.ops.internal.file;

import java.util.regex.Pattern;

/** Checks names of primaries and processes. */
public final class Names {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9@._-]{1,64}");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private Names() {}

    /**
     * Returns the name of an environment variable.
     *
     * @throws IllegalArgumentException if it is none
     */
    static String checkVariable(String name) {
        if (!VARIABLE.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of an environment variable");
        }
        return name;
    }

    /**
     * Returns the name.
     *
     * @throws IllegalArgumentException if it is none; the message says what a name consists of
     */
    public static String check(String name) {
        // . and .. would be folders
        if (!NAME.matcher(name).matches() || name.matches("\\.+")) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name: expected 1 to 64 of the characters A-Z, a-z,"
                            + " 0-9, @, ., _ and -");
        }
        return name;
    }
}
