package io.musher.ops.internal.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Knows how a program is run that is named by its file alone, as in {@code musher start app.js}. */
final class Script {

    /** The first line of a shell script, such as {@code #!/bin/bash -e}: the shell and its options. */
    private static final Pattern SHELL = Pattern.compile("#! *\\S*/(?:env +)?((?:ba|da|k|z)?sh)(?: +(-\\S+))? *");

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

    /** {@return the words that run a script: its interpreter, for a shell script the shell of its first line} */
    static List<String> command(String word) {
        String interpreter = interpreter(word).orElseThrow();
        List<String> words = new ArrayList<>(interpreter.equals("sh") ? shell(word) : List.of(interpreter));
        words.add(word);
        return words;
    }

    private static List<String> shell(String word) {
        try (BufferedReader reader = Files.newBufferedReader(Path.of(word), StandardCharsets.ISO_8859_1)) {
            String first = reader.readLine();
            Matcher matcher = SHELL.matcher(first == null ? "" : first);
            if (!matcher.matches()) {
                return List.of("sh");
            }
            return matcher.group(2) == null ? List.of(matcher.group(1)) : List.of(matcher.group(1), matcher.group(2));
        } catch (IOException e) {
            return List.of("sh"); // which says why it cannot be read
        }
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
