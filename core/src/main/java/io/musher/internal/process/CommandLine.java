package io.musher.internal.process;

import java.util.ArrayList;
import java.util.List;

/**
 * A command line in three parts. All users of a machine can read the command line of a process, so what may be a secret is hidden: a
 * {@code java} launcher reads it from elsewhere.
 *
 * @param shown the program and its first words
 * @param hidden what comes next, for {@code java} alone
 * @param last the rest, shown again
 */
record CommandLine(List<String> shown, List<String> hidden, List<String> last) {

    /** {@return one that hides nothing} */
    static CommandLine of(List<String> words) {
        return new CommandLine(words, List.of(), List.of());
    }

    /** {@return the words with one that stands for the hidden ones} */
    List<String> with(String reference) {
        List<String> words = new ArrayList<>(shown);
        words.add(reference);
        words.addAll(last);
        return words;
    }

    /** {@return all words as the program gets them} */
    List<String> all() {
        List<String> words = new ArrayList<>(shown);
        words.addAll(hidden);
        words.addAll(last);
        return words;
    }
}
