package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * How many instances there can be; an instance's number is below it, too.
 *
 * @param instances the highest number of instances
 * @param why how it was computed, to follow a colon
 */
public record Limit(int instances, String why) {

    /** There is none. */
    public static final Limit NONE = new Limit(Integer.MAX_VALUE, "no limit");

    /**
     * Checks a number of instances.
     *
     * @param wanted how many there are to be
     * @return why there cannot be so many, empty if there can
     */
    public Optional<String> refusal(int wanted) {
        return wanted <= instances ? Optional.empty()
                : Optional.of(wanted + (wanted == 1 ? " instance is" : " instances are") + " more than the limit of " + instances + ": " + why);
    }
}
