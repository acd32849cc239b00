package io.musher.ops.internal.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Knows how a program is run that is named by its file alone, as in {@code musher start app.js}. */
final class Script {

    private Script() {}

    static boolean isJar(String word) {
        return word.endsWith(".jar");
    }

    /** {@return the program that runs such a script, by the end of its name; empty if there is none} */
    static Optional<String> interpreter(String word) {
        if (word.matches(".*\\.[cm]?js")) {
            return Optional.of("node");
        } else if (word.endsWith(".py")) {
            return Optional.of("python3");
        }
        return word.endsWith(".sh") ? Optional.of("sh") : Optional.empty();
    }

    /** {@return whether a word names a script or a jar that is there} */
    static boolean exists(String word) {
        try {
            return (isJar(word) || interpreter(word).isPresent()) && Files.isRegularFile(Path.of(word));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
