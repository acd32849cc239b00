package io.musher.internal.process.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the jar of a command such as {@code java -jar shop.jar} that does not exist. No state. */
public final class MissingJar {

    /** The options of {@code java} whose value is a word of its own. */
    private static final Set<String> WITH_VALUE = Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path",
            "--upgrade-module-path", "--add-modules", "--add-reads", "--add-exports", "--add-opens", "--limit-modules",
            "--patch-module", "--enable-native-access");

    private MissingJar() {}

    /**
     * Returns the jar that a command is to run and that does not exist.
     *
     * @param words the command
     * @param directory where it runs
     * @return the path of the jar; empty if there is such a file, or if the command does not name one by {@code -jar}
     */
    public static Optional<Path> of(List<String> words, Path directory) {
        return jar(words).map(directory::resolve).filter(jar -> !Files.exists(jar)).map(Path::normalize);
    }

    private static Optional<String> jar(List<String> words) {
        if (!words.get(0).matches("(.*/)?java")) {
            return Optional.empty();
        }
        for (int i = 1; i + 1 < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-jar")) {
                return Optional.of(words.get(i + 1));
            } else if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-")) {
                return Optional.empty(); // the main class, or a file of arguments
            }
        }
        return Optional.empty();
    }
}
