package io.musher.ops.internal.control;

/** Reports why a command was not carried out; the message says what to do where that is known. */
public final class ControlException extends Exception {

    /** The request cannot be understood. */
    public static final int BAD_REQUEST = 400;
    /** The client may not control this primary. */
    public static final int FORBIDDEN = 403;
    /** There is no such process or worker. */
    public static final int UNKNOWN_ID = 404;
    /** Another command is in the way. */
    public static final int CONFLICT = 409;
    /** The request is too large. */
    public static final int TOO_LARGE = 413;
    /** The config file contains mistakes. */
    public static final int BAD_FILE = 422;
    /** The command was carried out, and failed. */
    public static final int FAILED = 500;
    /** There are too many clients, or the primary is stopping. */
    public static final int BUSY = 503;

    private static final long serialVersionUID = 1;

    private final int code;
    private final String lastOutput;

    /** Creates an exception without output of a worker. */
    public ControlException(int code, String message) {
        this(code, message, "");
    }

    /**
     * Creates an exception.
     *
     * @param code the kind of failure, as HTTP numbers it
     * @param message what failed
     * @param lastOutput the last output of the worker that failed; empty for none
     */
    public ControlException(int code, String message, String lastOutput) {
        super(message);
        this.code = code;
        this.lastOutput = lastOutput;
    }

    /** {@return the kind of failure, as HTTP numbers it} */
    public int code() {
        return code;
    }

    /** {@return the last output of the worker that failed; empty for none} */
    public String lastOutput() {
        return lastOutput;
    }
}
