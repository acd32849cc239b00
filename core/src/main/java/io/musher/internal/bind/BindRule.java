package io.musher.internal.bind;

import java.util.Optional;

/**
 * Tells a worker JVM what to do when the application binds the common port; the primary passes it in the environment.
 *
 * @param kind what to do
 * @param commonPort the port that it applies to; binds of all other ports are left alone
 * @param primary the name of the socket at which the primary passes its {@link SharedListener}; for {@code REDIRECT}
 *     the address that the primary listens on; for {@code REUSE_PORT} the address that sockets are bound to in place of
 *     all addresses, empty for none
 */
public record BindRule(Kind kind, int commonPort, Optional<String> primary) {

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

    /** Creates a rule without an address or name. */
    public BindRule(Kind kind, int commonPort) {
        this(kind, commonPort, Optional.empty());
    }

    /** {@return whether it needs the {@link BindAgent} in every JVM, because it changes classes of the JDK} */
    public boolean needsAgent() {
        return kind != Kind.REUSE_PORT || primary.isPresent();
    }

    /** {@return the rule as text, for {@link #parse}} */
    public String text() {
        return kind + " " + commonPort + primary.map(where -> " " + where).orElse("");
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
