package io.musher.internal.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program and its arguments, told apart again. The JVM only keeps them as one text, joined by blanks; the command line
 * has them apart, but behind flags whose number of words is known to the launcher alone, and partly in argument files.
 */
final class CommandLineParser {

    /** Of arguments, names of files and variables. */
    static final Charset NATIVE = charset();

    private static final String SOURCE_LAUNCHER = "jdk.compiler/";

    private CommandLineParser() { }

    /**
     * {@return program and arguments; empty when they cannot be told apart: it is not known whether a blank parts two arguments or belongs to
     * one}
     *
     * @param joined as the JVM keeps them
     * @param commandLine empty where the system does not tell it, as Windows
     */
    static Optional<List<String>> of(String joined, List<String> commandLine) {
        if (joined.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<String>> found = tail(joined, commandLine);
        if (found.isEmpty() && joined.startsWith(SOURCE_LAUNCHER) && joined.indexOf(' ') > 0) {
            int blank = joined.indexOf(' ');
            found = tail(joined.substring(blank + 1).strip(), commandLine).map(words -> {
                List<String> all = new ArrayList<>(List.of(joined.substring(0, blank)));
                all.addAll(words);
                return all;
            });
        }
        return found.isEmpty() && joined.indexOf(' ') < 0 ? Optional.of(List.of(joined)) : found;
    }

    /** {@return the program alone, which is a class, or the jar that is all of the class path} */
    static String program(String joined, String classPath) {
        boolean jar = !classPath.isEmpty() && (joined.equals(classPath) || joined.startsWith(classPath + " "));
        return jar ? classPath : joined.split(" ", 2)[0];
    }

    /** The words at the end that make the text; there is one such number of words at most. */
    private static Optional<List<String>> tail(String joined, List<String> words) {
        for (int from = 0; from < words.size(); from++) {
            List<String> tail = words.subList(from, words.size());
            if (!tail.get(0).isEmpty() && String.join(" ", tail).strip().equals(joined)) {
                return Optional.of(List.copyOf(tail));
            }
        }
        return Optional.empty();
    }

    /** {@return the words with those in argument files} */
    static List<String> expand(List<String> words) {
        List<String> expanded = new ArrayList<>();
        for (String word : words) {
            if (!word.startsWith("@")) {
                expanded.add(word);
                continue;
            }
            try {
                expanded.addAll(argumentFile(Files.readString(Path.of(word.substring(1)), NATIVE)));
            } catch (IOException | RuntimeException e) {
                expanded.add(word); // an argument of the program that only looks like a file
            }
        }
        return expanded;
    }

    /** Words between blanks, quotes with escapes inside, comments from {@code #} to the end of the line. */
    static List<String> argumentFile(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && (Character.isWhitespace(c) || c == '#')) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                while (c == '#' && i + 1 < text.length() && text.charAt(i + 1) != '\n') {
                    i++;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote && quote != 0) {
                quote = 0;
            } else if (c == '\\' && quote != 0 && i + 1 < text.length()) {
                i = escape(text, i + 1, word);
            } else {
                word.append(c);
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    /** {@return where the escape ends} */
    private static int escape(String text, int at, StringBuilder word) {
        char c = text.charAt(at);
        if (c == '\n' || c == '\r') { // a line goes on in the next, without its indent
            int next = at;
            while (next + 1 < text.length() && Character.isWhitespace(text.charAt(next + 1))) {
                next++;
            }
            return next;
        }
        word.append(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'f' ? '\f' : c);
        return at;
    }

    private static Charset charset() {
        try {
            String name = System.getProperty("sun.jnu.encoding", "UTF-8");
            return name.startsWith("ANSI") ? StandardCharsets.UTF_8 : Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
