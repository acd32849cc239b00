package io.musher.internal.bind;

/**
 * Tells a worker JVM what to do when the application binds the common port; the primary passes it in the environment.
 *
 * @param kind what to do
 * @param commonPort the port that it applies to; binds of all other ports are left alone
 */
public record BindRule(Kind kind, int commonPort) {

    /** The environment variable that carries a rule. */
    public static final String VARIABLE = "MUSHER_BIND";

    /** What happens with a bind of the common port. */
    public enum Kind {
        /** The socket shares the port with those of the other workers, by {@code SO_REUSEPORT}. */
        REUSE_PORT,
        /** The socket is bound to the worker's own port instead: the primary listens on the common port. */
        REDIRECT
    }

    /** {@return the rule as text, for {@link #parse}} */
    public String text() {
        return kind + " " + commonPort;
    }

    /**
     * {@return the rule in a text}
     *
     * @throws IllegalArgumentException if the text is not from {@link #text}
     */
    static BindRule parse(String text) {
        int space = text.indexOf(' ');
        try {
            return new BindRule(Kind.valueOf(text.substring(0, Math.max(0, space))),
                    Integer.parseInt(text.substring(space + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(VARIABLE + " is '" + text
                    + "'; do not change the environment variables set by the primary", e);
        }
    }
}
