package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.ControlException;

/** Ends a command with an exit code other than 0; the message says what to do where that is known. */
final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String lastOutput;
    private final boolean unfinished;

    CommandFailure(int exitCode, String message) {
        this(exitCode, message, "");
    }

    CommandFailure(int exitCode, String message, String lastOutput) {
        this(exitCode, message, lastOutput, false);
    }

    private CommandFailure(int exitCode, String message, String lastOutput, boolean unfinished) {
        super(message);
        this.unfinished = unfinished;
        this.exitCode = exitCode;
        this.lastOutput = lastOutput;
    }

    /** {@return the failure for a code that a primary has answered} */
    static CommandFailure of(long code, String message, String lastOutput) {
        int exitCode = switch ((int) code) {
            case ControlException.BAD_REQUEST, ControlException.TOO_LARGE, ControlException.BAD_FILE ->
                    CommandLine.MISUSED;
            case ControlException.UNKNOWN_ID -> CommandLine.UNKNOWN_ID;
            case ControlException.FORBIDDEN -> CommandLine.NOT_PERMITTED;
            default -> CommandLine.FAILED;
        };
        return new CommandFailure(exitCode, message, lastOutput);
    }

    /** {@return the failure for a command that goes on longer than its user waits} */
    static CommandFailure unfinished(int seconds) {
        return new CommandFailure(CommandLine.FAILED, "not done within " + seconds
                + " s; what was begun goes on: see musher status", "", true);
    }

    /** {@return whether the command has not failed so far} */
    boolean isUnfinished() {
        return unfinished;
    }

    int exitCode() {
        return exitCode;
    }

    /** {@return the last output of the worker that failed; empty for none} */
    String lastOutput() {
        return lastOutput;
    }
}
