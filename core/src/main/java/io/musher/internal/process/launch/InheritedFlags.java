package io.musher.internal.process.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The flags of this JVM by their source. In order of precedence, lowest first: {@code JAVA_TOOL_OPTIONS},
 * {@code JDK_JAVA_OPTIONS}, the command line with its argument files, {@code _JAVA_OPTIONS}. Flags from environment
 * variables are passed to a worker by its environment.
 *
 * @param variables the words of each variable that is set
 * @param commandLine all other flags
 */
record InheritedFlags(Map<String, List<String>> variables, List<String> commandLine) {

    /** The environment variables from which a JVM reads flags. */
    static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final String LAST = "_JAVA_OPTIONS";
    private static final String LAUNCHER = "JDK_JAVA_OPTIONS";
    /** Options whose value is a separate word; the launcher passes option and value to the JVM as one word. */
    private static final List<String> PAIRS = List.of("--module-path", "-p", "--upgrade-module-path", "--add-modules",
            "--limit-modules",
            "--add-exports", "--add-opens", "--add-reads", "--patch-module", "--enable-native-access");

    /** {@return flags without environment variables} */
    static InheritedFlags of(List<String> flags) {
        return new InheritedFlags(Map.of(), flags);
    }

    /**
     * {@return the same flags, separated by source}
     *
     * @param flags all flags, as the JVM reports them
     * @param environment the environment of this process
     */
    static InheritedFlags split(List<String> flags, Map<String, String> environment) {
        Map<String, List<String>> variables = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>(flags);
        for (String name : VARIABLES) {
            if (environment.containsKey(name)) {
                List<String> words = words(name, environment.get(name));
                variables.put(name, words);
                for (String word : words) {
                    int at = name.equals(LAST) ? rest.lastIndexOf(word) : rest.indexOf(word);
                    if (at >= 0) {
                        rest.remove(at);
                    }
                }
            }
        }
        return new InheritedFlags(variables, List.copyOf(rest));
    }

    /** {@return the flags in one variable, in the form in which the JVM reports them} */
    static List<String> words(String variable, String text) {
        List<String> words = JvmOptionsVariable.words(text);
        return variable.equals(LAUNCHER) ? paired(expanded(words)) : words;
    }

    /** {@return all flags except those of the given variables, in order of precedence} */
    List<String> without(Iterable<String> names) {
        Map<String, List<String>> remaining = new LinkedHashMap<>(variables);
        names.forEach(remaining::remove);
        List<String> last = remaining.remove(LAST);
        List<String> all = new ArrayList<>();
        remaining.values().forEach(all::addAll);
        all.addAll(commandLine);
        if (last != null) {
            all.addAll(last);
        }
        return all;
    }

    /** {@return all flags, in order of precedence} */
    List<String> all() {
        return without(List.of());
    }

    private static List<String> expanded(List<String> words) {
        List<String> all = new ArrayList<>();
        for (String word : words) {
            try {
                all.addAll(word.startsWith("@")
                        ? CommandLineParser
                                .argumentFile(Files.readString(Path.of(word.substring(1)), CommandLineParser.NATIVE))
                        : List.of(word));
            } catch (IOException | RuntimeException e) {
                all.add(word);
            }
        }
        return all;
    }

    private static List<String> paired(List<String> words) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (PAIRS.contains(word) && i + 1 < words.size()) {
                all.add((word.equals("-p") ? "--module-path" : word) + "=" + words.get(++i));
            } else {
                all.add(word);
            }
        }
        return all;
    }
}
