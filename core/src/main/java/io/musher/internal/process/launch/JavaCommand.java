package io.musher.internal.process.launch;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What determines the classes of a worker JVM, as read from its command line and environment.
 *
 * @param java the path of the {@code java} executable
 * @param flags all flags, from the environment and the command line, each as one word
 * @param classPath the entries, as the JVM gets them, without Musher's own temporary jar; empty for a module
 */
public record JavaCommand(String java, List<String> flags, List<String> classPath) {

    static final List<String> CLASS_PATH = List.of("-cp", "-classpath", "--class-path");
    private static final List<String> PAIRS = List.of("--module-path", "-p", "--upgrade-module-path", "--add-modules",
            "--limit-modules", "--add-exports", "--add-opens", "--add-reads", "--patch-module",
            "--enable-native-access");

    /**
     * Reads a command line that {@link LaunchPlan#words} has built for a JVM.
     *
     * @param environment of the worker
     */
    public static JavaCommand of(CommandLine line, Map<String, String> environment) {
        List<String> flags = new ArrayList<>();
        for (String variable : InheritedFlags.VARIABLES) {
            if (environment.containsKey(variable)) {
                flags.addAll(InheritedFlags.words(variable, environment.get(variable)));
            }
        }
        List<String> words = line.all();
        List<String> classPath = List.of();
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            boolean hasValue = i + 1 < words.size();
            if (word.equals("-jar") && hasValue) {
                classPath = List.of(words.get(i + 1));
                break;
            } else if (CLASS_PATH.contains(word) && hasValue) {
                classPath = entries(words.get(++i));
            } else if (word.startsWith("--class-path=")) {
                classPath = entries(word.substring("--class-path=".length()));
            } else if (PAIRS.contains(word) && hasValue) {
                flags.add(word + "=" + words.get(++i));
            } else if (word.startsWith("-") && !word.equals("-m") && !word.equals("--module")
                    || word.startsWith("@")) {
                flags.add(word);
            } else {
                break; // the program
            }
        }
        return new JavaCommand(words.get(0), List.copyOf(flags), classPath);
    }

    private static List<String> entries(String classPath) {
        List<String> entries = new ArrayList<>(Arrays.asList(classPath.split(File.pathSeparator)));
        if (RunnerJar.is(entries.get(entries.size() - 1))) {
            entries.remove(entries.size() - 1);
        }
        return List.copyOf(entries);
    }

    /** {@return the class path as one word} */
    public String classPathText() {
        return String.join(File.pathSeparator, classPath);
    }
}
