package io.musher.ops.internal.file;

import io.musher.balancer.loop.Nullable;

/** Texts of exceptions. */
public final class Messages {

    private Messages() {}

    /** {@return the message; the name of the exception's class if it has none} */
    public static String of(Throwable failure) {
        @Nullable
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
