package io.musher.balancer.loop;

/** Writes numbers with their nouns, for messages. */
public final class Plural {

    private Plural() {}

    /**
     * {@return the number with its noun, as in {@code 1 worker} and {@code 2 workers}}
     *
     * @param number how many there are
     * @param noun the singular, the plural of which has an {@code s} more
     */
    public static String of(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
