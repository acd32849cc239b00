package io.musher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Validates the options of a {@link Launch} when they are set, so that later code can rely on them. */
final class LaunchChecks {

    private LaunchChecks() {}

    static List<String> words(String option, List<String> words) {
        Objects.requireNonNull(words, option);
        words.forEach(word -> Objects.requireNonNull(word, option + ": an element"));
        List<String> copy = List.copyOf(words);
        copy.forEach(word -> require(word.indexOf('\0') < 0,
                option + ": the element at index " + copy.indexOf(word) + " contains the character NUL"));
        return copy;
    }

    /** {@return the words as a list, which may contain null; the option is named if the array itself is null} */
    static List<String> list(String option, String... words) {
        return Arrays.asList(Objects.requireNonNull(words, option));
    }

    static List<String> command(List<String> words) {
        List<String> copy = words("command", words);
        require(!copy.isEmpty() && !copy.get(0).isBlank(), "command " + copy + " names no program");
        return copy;
    }

    static Map<String, String> environment(Map<String, String> variables) {
        Objects.requireNonNull(variables, "env");
        variables.forEach((name, value) -> {
            Objects.requireNonNull(name, "env: a name");
            Objects.requireNonNull(value, "env " + name);
            require(!name.isBlank() && name.indexOf('=') < 0 && name.indexOf('\0') < 0,
                    "env '" + name + "' is not the name of a variable");
            require(value.indexOf('\0') < 0, "env " + name + " contains the character NUL");
        });
        return Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    static Map<String, String> merged(Map<String, String> before, Map<String, String> over) {
        Map<String, String> all = new LinkedHashMap<>(before);
        all.putAll(environment(over));
        return all;
    }

    static List<String> prefixes(List<String> prefixes) {
        List<String> copy = words("removeJvmArgs", prefixes);
        copy.forEach(prefix -> require(prefix.startsWith("-") && prefix.length() > 1,
                "removeJvmArgs '" + prefix + "' is not the beginning of a JVM flag, such as -javaagent:"));
        return copy;
    }

    static List<String> joined(List<String> before, List<String> more) {
        List<String> all = new ArrayList<>(before);
        all.addAll(more);
        return all;
    }

    static void mainClass(String name) {
        Objects.requireNonNull(name, "main");
        require(name.matches("[^\\s@-]\\S*"), "main '" + name + "' is not the name of a class");
    }

    static void mainClass(Class<?> type) {
        require(!type.isArray() && !type.isPrimitive() && !type.isHidden() && !type.isAnonymousClass(),
                "main " + type + " cannot have a main method");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
