package io.musher.internal.process.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * A command line in three parts. All users of a machine can read the command line of a process, so arguments that may
 * be secret are hidden: the {@code java} launcher reads them from an {@link ArgumentFile}.
 *
 * @param shown the program and its first arguments
 * @param hidden the arguments that follow, for {@code java} only
 * @param last the remaining arguments, visible again
 */
public record CommandLine(List<String> shown, List<String> hidden, List<String> last) {

    /** {@return a command line without hidden arguments} */
    static CommandLine of(List<String> words) {
        return new CommandLine(words, List.of(), List.of());
    }

    /**
     * {@return this command line of a JVM with further flags, which the flags that follow override}
     *
     * @param flags to hide; empty for none
     */
    public CommandLine withFlags(List<String> flags) {
        if (flags.isEmpty()) {
            return this;
        }
        List<String> more = new ArrayList<>(flags);
        more.addAll(hidden);
        return new CommandLine(shown, more, last);
    }

    /** {@return the words, with one reference in place of the hidden arguments} */
    public List<String> with(String reference) {
        List<String> words = new ArrayList<>(shown);
        words.add(reference);
        words.addAll(last);
        return words;
    }

    /** {@return all words, as the program receives them} */
    public List<String> all() {
        List<String> words = new ArrayList<>(shown);
        words.addAll(hidden);
        words.addAll(last);
        return words;
    }
}
