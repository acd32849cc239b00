package io.musher.ops.internal.file;

/** Reports that a text is no JSON, not even with the liberties that {@link RelaxedJson} allows. */
final class SyntaxException extends Exception {

    private static final long serialVersionUID = 1;

    private final transient Position at;

    SyntaxException(Position at, String message) {
        super(message);
        this.at = at;
    }

    Position at() {
        return at;
    }
}
