package io.musher.internal.bind;

import java.util.Optional;

/**
 * Tells a worker JVM what to do when the application binds the common port; the primary passes it in the environment.
 *
 * @param kind what to do
 * @param commonPort the port that it applies to; binds of all other ports are left alone
 * @param listener the name of the socket at which the primary passes its {@link SharedListener}; empty without one
 */
public record BindRule(Kind kind, int commonPort, Optional<String> listener) {

    /** The environment variable that carries a rule. */
    public static final String VARIABLE = "MUSHER_BIND";

    /** What happens with a bind of the common port. */
    public enum Kind {
        /** The socket shares the port with those of the other workers, by {@code SO_REUSEPORT}. */
        REUSE_PORT,
        /** The socket is bound to the worker's own port instead: the primary listens on the common port. */
        REDIRECT,
        /** The socket becomes the {@link SharedListener} of the primary. */
        SHARED_LISTENER
    }

    /** Creates a rule without a listener of the primary. */
    public BindRule(Kind kind, int commonPort) {
        this(kind, commonPort, Optional.empty());
    }

    /** {@return the rule as text, for {@link #parse}} */
    public String text() {
        return kind + " " + commonPort + listener.map(name -> " " + name).orElse("");
    }

    /**
     * {@return the rule in a text}
     *
     * @throws IllegalArgumentException if the text is not from {@link #text}
     */
    static BindRule parse(String text) {
        String[] words = text.split(" ");
        try {
            return new BindRule(Kind.valueOf(words[0]), Integer.parseInt(words[1]),
                    words.length > 2 ? Optional.of(words[2]) : Optional.empty());
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(VARIABLE + " is '" + text
                    + "'; do not change the environment variables set by the primary", e);
        }
    }
}
