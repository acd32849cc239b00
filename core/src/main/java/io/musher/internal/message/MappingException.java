package io.musher.internal.message;

import io.musher.balancer.loop.Nullable;

/** Signals a value that cannot be written or read; collects the path to it, from the inside out. */
final class MappingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private String path = "";

    MappingException(String what) {
        this(what, null);
    }

    MappingException(String what, @Nullable Throwable cause) {
        super(what, cause, false, false);
    }

    /** Adds the index of a list element to the path. {@return this} */
    MappingException in(int index) {
        return within("[" + index + "]");
    }

    /** Adds the name of a record component or object member to the path. {@return this} */
    MappingException in(String name) {
        return within(name);
    }

    private MappingException within(String outer) {
        path = path.isEmpty() || path.startsWith("[") ? outer + path : outer + "." + path;
        return this;
    }

    /** {@return the exception for the caller of the package, with the path in its message} */
    IllegalArgumentException toException() {
        return new IllegalArgumentException(path.isEmpty() ? getMessage() : path + ": " + getMessage(), getCause());
    }
}
