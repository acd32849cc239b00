package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The flags of this JVM, by where it has them from. In the order in which they count, the later over the earlier: {@code JAVA_TOOL_OPTIONS},
 * {@code JDK_JAVA_OPTIONS}, the command line with its argument files, {@code _JAVA_OPTIONS}. What comes from the environment reaches a worker
 * by its environment.
 *
 * @param variables the words of each variable that is set
 * @param commandLine all other flags
 */
record InheritedFlags(Map<String, List<String>> variables, List<String> commandLine) {

    /** The variables a JVM reads. */
    static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final String LAST = "_JAVA_OPTIONS";
    private static final String LAUNCHER = "JDK_JAVA_OPTIONS";
    /** Options with a value in a word of its own, which the launcher passes to the JVM as one word. */
    private static final List<String> PAIRS = List.of("--module-path", "-p", "--upgrade-module-path", "--add-modules", "--limit-modules",
            "--add-exports", "--add-opens", "--add-reads", "--patch-module", "--enable-native-access");

    /** {@return flags that come from no environment} */
    static InheritedFlags of(List<String> flags) {
        return new InheritedFlags(Map.of(), flags);
    }

    /**
     * {@return the same flags apart}
     *
     * @param flags all of them, as the JVM tells them
     * @param environment of this process
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

    /** {@return the flags in one variable, as the JVM tells them} */
    static List<String> words(String variable, String text) {
        List<String> words = JvmOptionsVariable.words(text);
        return variable.equals(LAUNCHER) ? paired(expanded(words)) : words;
    }

    /** {@return all flags, without those of some variables, in the order in which they count} */
    List<String> without(Iterable<String> names) {
        Map<String, List<String>> left = new LinkedHashMap<>(variables);
        names.forEach(left::remove);
        List<String> last = left.remove(LAST);
        List<String> all = new ArrayList<>();
        left.values().forEach(all::addAll);
        all.addAll(commandLine);
        if (last != null) {
            all.addAll(last);
        }
        return all;
    }

    /** {@return all flags, in the order in which they count} */
    List<String> all() {
        return without(List.of());
    }

    private static List<String> expanded(List<String> words) {
        List<String> all = new ArrayList<>();
        for (String word : words) {
            try {
                all.addAll(word.startsWith("@") ? CommandLineParser.argumentFile(Files.readString(Path.of(word.substring(1)), CommandLineParser.NATIVE))
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
