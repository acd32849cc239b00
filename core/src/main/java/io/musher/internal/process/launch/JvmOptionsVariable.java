package io.musher.internal.process.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Parses and formats environment variables that hold JVM options, such as {@code JAVA_TOOL_OPTIONS}: words separated by
 * whitespace, with quotes anywhere in a word and no escapes.
 */
final class JvmOptionsVariable {

    private JvmOptionsVariable() {}

    /** {@return the words as one text; the original text if the words have not changed} */
    static String of(List<String> words, List<String> before, String text) {
        return words.equals(before) ? text
                : words.stream().map(JvmOptionsVariable::quoted).collect(Collectors.joining(" "));
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (char c : text.toCharArray()) {
            if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else {
                word.append(c);
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    private static String quoted(String word) {
        if (word.isEmpty()) {
            return "\"\"";
        }
        if (word.chars().noneMatch(c -> Character.isWhitespace(c) || c == '"' || c == '\'')) {
            return word;
        }
        return word.chars()
                .mapToObj(c -> c == '"' ? "'\"'" : Character.isWhitespace(c) || c == '\'' ? "\"" + (char) c + "\""
                        : String.valueOf((char) c))
                .collect(Collectors.joining());
    }
}
