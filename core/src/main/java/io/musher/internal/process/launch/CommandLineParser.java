package io.musher.internal.process.launch;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the main class and the arguments of a running JVM. The JVM keeps them only as one text, joined by blanks
 * ({@code sun.java.command}). The command line has them as separate words, but after flags whose number of words only
 * the launcher knows, and partly in argument files.
 */
final class CommandLineParser {

    /** The encoding of arguments, file names and environment variables. */
    static final Charset NATIVE = charset();

    private static final String SOURCE_LAUNCHER = "jdk.compiler/";

    private CommandLineParser() {}

    /**
     * {@return the program followed by its arguments; empty when the text contains blanks and the command line does not
     * show which of them separate arguments}
     *
     * @param joined program and arguments as the JVM keeps them
     * @param commandLine the words of the command line; empty where the system does not report them, such as on Windows
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

    /** {@return the program without its arguments: a class, or the jar that is the only entry of the class path} */
    static String program(String joined, String classPath) {
        boolean jar = !classPath.isEmpty() && (joined.equals(classPath) || joined.startsWith(classPath + " "));
        return jar ? classPath : joined.split(" ", 2)[0];
    }

    /** Returns the trailing words that, joined by blanks, equal the text. At most one number of words matches. */
    private static Optional<List<String>> tail(String joined, List<String> words) {
        for (int from = 0; from < words.size(); from++) {
            List<String> tail = words.subList(from, words.size());
            if (!tail.get(0).isEmpty() && String.join(" ", tail).strip().equals(joined)) {
                return Optional.of(List.copyOf(tail));
            }
        }
        return Optional.empty();
    }

    /** {@return the words, with references to argument files replaced by their contents} */
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
                expanded.add(word); // an argument of the program that only looks like a reference
            }
        }
        return expanded;
    }

    /**
     * Parses an argument file: words are separated by whitespace, quoted parts may contain escapes, comments run from
     * {@code #} to the end of the line.
     */
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

    /** {@return the index of the last character of the escape sequence} */
    private static int escape(String text, int at, StringBuilder word) {
        char c = text.charAt(at);
        if (c == '\n' || c == '\r') { // a line continues on the next one, without its indent
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
