package io.musher;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a worker's process ended. Components may be added in later versions.
 *
 * <p>A status of 128 + n is told as the signal n, because that is how a JVM (and a shell) reports it: 143 is SIGTERM.
 * Either the code or the signal is present.
 *
 * @param code the exit code, empty when a signal ended it
 * @param signal the name of the signal, such as {@code SIGKILL}, empty when it exited
 * @param voluntary whether it was asked to go: {@code stop()}, {@code restart()}, fewer instances, the end of the
 *     cluster, or a {@code disconnect()} from either side; false after a crash, an exit of its own, {@code kill()}, or
 *     a signal
 * @param cause why it ended
 * @param status the raw number the operating system gave
 */
public record Exit(OptionalInt code, Optional<String> signal, boolean voluntary, Cause cause, int status) {

    /** Why a worker ended. Constants may be added in later versions. */
    public enum Cause {
        /** It was stopped, for whatever purpose; after the deadline by SIGKILL, which the signal then tells. */
        STOPPED,
        /** It ended some time after a {@code disconnect()}, by either side. */
        DISCONNECTED,
        /** {@code kill()} was called. */
        KILLED,
        /** It was not ready in time and was ended for that. */
        START_TIMEOUT,
        /** It ended by itself, with whatever status, before it ever became ready. */
        NEVER_READY,
        /** It closed its channel, did not end, and was ended for that. */
        CHANNEL_LOST,
        /** It failed its health check and was ended for that. */
        UNHEALTHY,
        /** It had been ready, and ended with a code other than 0 or by a signal. */
        CRASHED,
        /** It had been ready, and exited by itself with code 0. */
        EXITED
    }

    /**
     * Checks the components.
     *
     * @param code the exit code, empty when a signal ended it
     * @param signal the name of the signal, empty when it exited
     * @param voluntary whether it was asked to go
     * @param cause why it ended
     * @param status the raw number the operating system gave
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException unless exactly one of code and signal is present
     */
    public Exit {
        Objects.requireNonNull(code, "exit code");
        Objects.requireNonNull(signal, "exit signal");
        Objects.requireNonNull(cause, "exit cause");
        if (code.isPresent() == signal.isPresent()) {
            throw new IllegalArgumentException("exit code " + code + " and signal " + signal + ": exactly one must be present");
        }
    }

    /** {@return the code or the signal, and why, in words: first what the worker did, else what was done to it} */
    @Override
    public String toString() {
        if (cause == Cause.START_TIMEOUT) { // how it took that tells nothing
            return "ended by the primary (not ready in time)";
        }
        String how = signal.orElseGet(() -> "exit code " + code.getAsInt());
        return switch (cause) {
            case STOPPED -> "stopped (" + how + ")";
            case DISCONNECTED -> how + " (after disconnect())";
            case KILLED -> "kill() was called (" + how + ")";
            case START_TIMEOUT -> "not ready in time, stopped for that (" + how + ")";
            case NEVER_READY -> how + " (never became ready)";
            case CHANNEL_LOST -> "lost its channel, stopped for that (" + how + ")";
            case UNHEALTHY -> "failed its health check, stopped for that (" + how + ")";
            case CRASHED -> how + " (crashed)";
            case EXITED -> how + " (exited by itself)";
        };
    }
}
