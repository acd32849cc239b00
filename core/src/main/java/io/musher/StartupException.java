package io.musher;

/**
 * A cluster could not start: a worker was not ready in time, a port was taken, a program could not be run. Everything that had
 * been started was undone before this was thrown.
 */
public class StartupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The last output of the worker that failed. */
    private final String lastOutput;

    /**
     * Creates one.
     *
     * @param message what failed, for which worker, port or option, and what to do
     * @param cause the cause, or null
     * @param lastOutput the last output of the worker that failed, empty when there is none
     */
    public StartupException(String message, Throwable cause, String lastOutput) {
        super(message, cause);
        this.lastOutput = lastOutput;
    }

    /** {@return what the worker that failed printed last (both streams), empty when no worker was to blame or it said nothing} */
    public String lastOutput() {
        return lastOutput;
    }
}
