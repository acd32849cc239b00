package io.musher;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Set;

/**
 * Thrown when a cluster cannot start: a worker was not ready in time, a port was taken, a program could not be run.
 * Everything that had been started was stopped before the exception is thrown. The message includes the end of the
 * failed worker's output unless that went to the standard output or standard error of this process; {@link #lastOutput}
 * always has all that was kept.
 */
public class StartupException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private static final Set<String> INSIDE = Set.of(StartupException.class.getName(), StartFailures.class.getName(),
            Cluster.class.getName(), ClusterBuilder.class.getName());

    /** The last output of the worker that failed; empty if there is none. */
    private final String lastOutput;

    /**
     * Creates an exception.
     *
     * @param message what failed, for which worker, port or option, and what to do
     * @param cause the cause if it adds to the message, such as the type of a failure; or null
     * @param lastOutput the last output of the worker that failed; empty if there is none
     */
    public StartupException(String message, Throwable cause, String lastOutput) {
        this(message, lastOutput, cause);
    }

    private StartupException(String message, String lastOutput, @Nullable Throwable cause) {
        super(message, cause);
        this.lastOutput = lastOutput;
    }

    /**
     * {@return an exception whose cause is the part of the given chain that adds to the message, or null if no part
     * does}
     */
    static StartupException of(String message, @Nullable Throwable cause, String lastOutput) {
        Throwable kind = null;
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each.getMessage() == null || !message.contains(each.getMessage())) {
                return create(message, each, lastOutput);
            } else if (each.getClass() != IOException.class && each.getClass() != UncheckedIOException.class) {
                kind = each; // the message contains its text, but callers may look for its type
            }
        }
        if (kind != null) {
            kind.setStackTrace(new StackTraceElement[0]);
        }
        return create(message, kind, lastOutput);
    }

    /** Creates an exception whose stack trace begins at the caller of Musher. */
    private static StartupException create(String message, @Nullable Throwable cause, String lastOutput) {
        StartupException exception = new StartupException(message, lastOutput, cause);
        StackTraceElement[] trace = exception.getStackTrace();
        int entry = 0;
        while (entry + 1 < trace.length && INSIDE.contains(trace[entry + 1].getClassName())) {
            entry++;
        }
        exception.setStackTrace(Arrays.copyOfRange(trace, entry, trace.length));
        return exception;
    }

    /**
     * {@return the last output of the worker that failed, standard output and standard error together; empty if no
     * worker failed or it had no output}
     */
    public String lastOutput() {
        return lastOutput;
    }
}
