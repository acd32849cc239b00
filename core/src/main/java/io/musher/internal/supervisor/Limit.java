package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * Upper limit of the number of instances; instance numbers are below the limit, too.
 *
 * @param instances the greatest number of instances
 * @param why how the limit was computed, as text to follow a colon
 */
public record Limit(int instances, String why) {

    /** No limit. */
    public static final Limit NONE = new Limit(Integer.MAX_VALUE, "no limit");

    /** {@return why {@code wanted} instances are too many; empty if the limit allows them} */
    public Optional<String> refusal(int wanted) {
        return wanted <= instances ? Optional.empty()
                : Optional.of(wanted + (wanted == 1 ? " instance is" : " instances are") + " more than the limit of "
                        + instances + ": " + why);
    }
}
