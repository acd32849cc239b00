package io.musher.ops.internal.cli;

/** Reports arguments that cannot be understood; the message says what is expected. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
