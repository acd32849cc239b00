package io.musher.internal.message;

/** Something that cannot be written or read; collects where, from the inside out. */
final class MappingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private String path = "";

    MappingException(String what) {
        this(what, null);
    }

    MappingException(String what, Throwable cause) {
        super(what, cause, false, false);
    }

    /** {@return itself, in the element of this number} */
    MappingException in(int index) {
        return within("[" + index + "]");
    }

    /** {@return itself, in the component or member of this name} */
    MappingException in(String name) {
        return within(name);
    }

    private MappingException within(String outer) {
        path = path.isEmpty() || path.startsWith("[") ? outer + path : outer + "." + path;
        return this;
    }

    /** {@return what users see} */
    IllegalArgumentException toException() {
        return new IllegalArgumentException(path.isEmpty() ? getMessage() : path + ": " + getMessage(), getCause());
    }
}
