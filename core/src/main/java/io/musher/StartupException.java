package io.musher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Set;

/**
 * A cluster could not start: a worker was not ready in time, a port was taken, a program could not be run. Everything that had
 * been started was undone before this was thrown. The message has the end of the failed worker's output where that went neither to this
 * process's own standard output nor to its standard error; {@link #lastOutput} has all that was kept in any case.
 */
public class StartupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Set<String> INSIDE = Set.of(StartupException.class.getName(), Cluster.class.getName(), ClusterBuilder.class.getName());

    /** The last output of the worker that failed. */
    private final String lastOutput;

    /**
     * Creates one.
     *
     * @param message what failed, for which worker, port or option, and what to do
     * @param cause what the message does not say, such as the type of a failure; or null
     * @param lastOutput the last output of the worker that failed, empty when there is none
     */
    public StartupException(String message, Throwable cause, String lastOutput) {
        super(message, cause);
        this.lastOutput = lastOutput;
    }

    /** {@return an exception whose cause is the part of the chain that says more than the message does; none is null} */
    static StartupException of(String message, Throwable cause, String lastOutput) {
        Throwable kind = null;
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each.getMessage() == null || !message.contains(each.getMessage())) {
                return told(message, each, lastOutput);
            } else if (each.getClass() != IOException.class && each.getClass() != UncheckedIOException.class) {
                kind = each; // what it says is said, but its type may be asked for
            }
        }
        if (kind != null) {
            kind.setStackTrace(new StackTraceElement[0]);
        }
        return told(message, kind, lastOutput);
    }

    /** Its stack trace begins where the cluster's user called. */
    private static StartupException told(String message, Throwable cause, String lastOutput) {
        StartupException exception = new StartupException(message, cause, lastOutput);
        StackTraceElement[] trace = exception.getStackTrace();
        int entry = 0;
        while (entry + 1 < trace.length && INSIDE.contains(trace[entry + 1].getClassName())) {
            entry++;
        }
        exception.setStackTrace(Arrays.copyOfRange(trace, entry, trace.length));
        return exception;
    }

    /** {@return what the worker that failed printed last (both streams), empty when no worker was to blame or it said nothing} */
    public String lastOutput() {
        return lastOutput;
    }
}
