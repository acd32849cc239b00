package io.musher.internal.process;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** JVM options in one variable: words between blanks, with quotes that may stand anywhere in a word and have no escapes. */
final class OptionsText {

    private OptionsText() { }

    /** {@return the options without what workers must not share; the very text when there is nothing of the kind} */
    static String filter(String text, SpawnRequest worker) {
        List<String> words = words(text);
        List<String> kept = JvmFlags.inherited(words, worker.plan().options().removedJvmArgs(), worker.workerId());
        return kept.equals(words) ? text : kept.stream().map(OptionsText::quoted).collect(Collectors.joining(" "));
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
        if (word.chars().noneMatch(c -> Character.isWhitespace(c) || c == '"' || c == '\'')) {
            return word;
        }
        return word.chars().mapToObj(c -> c == '"' ? "'\"'" : Character.isWhitespace(c) || c == '\'' ? "\"" + (char) c + "\""
                : String.valueOf((char) c)).collect(Collectors.joining());
    }
}
