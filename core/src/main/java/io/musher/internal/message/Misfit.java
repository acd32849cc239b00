package io.musher.internal.message;

/** Something that cannot be written or read; collects where, from the inside out. */
final class Misfit extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private String path = "";

    Misfit(String what) {
        this(what, null);
    }

    Misfit(String what, Throwable cause) {
        super(what, cause, false, false);
    }

    /** {@return itself, in the element of this number} */
    Misfit in(int index) {
        return within("[" + index + "]");
    }

    /** {@return itself, in the component or member of this name} */
    Misfit in(String name) {
        return within(name);
    }

    private Misfit within(String outer) {
        path = path.isEmpty() || path.startsWith("[") ? outer + path : outer + "." + path;
        return this;
    }

    /** {@return what users see} */
    IllegalArgumentException told() {
        return new IllegalArgumentException(path.isEmpty() ? getMessage() : path + ": " + getMessage(), getCause());
    }
}
