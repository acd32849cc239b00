package io.musher;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Describes how and why a worker's process exited.
 *
 * <p>A status of 128 + n is reported as signal n, because a JVM and a shell exit that way: 143 is SIGTERM. Either the
 * code or the signal is present.
 *
 * @param code the exit code; empty when a signal ended the process
 * @param signal the name of the signal, such as {@code SIGKILL}; empty when the process exited with a code
 * @param voluntary whether the exit was requested: by {@code stop()}, {@code restart()}, scaling down, the end of the
 *     cluster, or {@code disconnect()} from either side; false after a crash, an exit of the program's own,
 *     {@code kill()}, or a signal
 * @param cause why the process exited
 * @param status the raw status from the operating system
 */
public record Exit(OptionalInt code, Optional<String> signal, boolean voluntary, Cause cause, int status) {

    /** Why a worker exited. Constants may be added in later versions. */
    public enum Cause {
        /**
         * The worker was stopped, for any purpose. If the kill time was over, {@link Exit#signal} is {@code SIGKILL}.
         */
        STOPPED,
        /** The worker exited after a {@code disconnect()} by either side. */
        DISCONNECTED,
        /** {@code kill()} was called. */
        KILLED,
        /**
         * The worker was not ready in time and was ended for that reason; or it was ready, and then not ready for the
         * start timeout while its predecessor still served.
         */
        START_TIMEOUT,
        /** The worker exited by itself, with any status, before it was ever ready. */
        NEVER_READY,
        /**
         * The worker found the common port taken, on which the primary listens, before it was ever ready. It is started
         * again at once, with its binds redirected, see {@link ClusterBuilder#redirectCommonPort}: no failure.
         */
        PORT_TAKEN,
        /** The worker closed its channel without a stop, did not exit, and was ended for that reason. */
        CHANNEL_LOST,
        /** The worker failed its health check and was ended for that reason. */
        UNHEALTHY,
        /** The worker had been ready, and exited with a code other than 0 or by a signal. */
        CRASHED,
        /** The worker had been ready, and exited by itself with code 0. */
        EXITED
    }

    /**
     * Checks the components.
     *
     * @param code as the component
     * @param signal as the component
     * @param voluntary as the component
     * @param cause as the component
     * @param status as the component
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException unless exactly one of code and signal is present
     */
    public Exit {
        Objects.requireNonNull(code, "exit code");
        Objects.requireNonNull(signal, "exit signal");
        Objects.requireNonNull(cause, "exit cause");
        if (code.isPresent() == signal.isPresent()) {
            throw new IllegalArgumentException(
                    "exit code " + code + " and signal " + signal + ": exactly one must be present");
        }
    }

    /** {@return the code or signal and the cause in words, the part that explains more first} */
    @Override
    public String toString() {
        String how = signal.orElseGet(() -> "exit code " + code.getAsInt());
        return switch (cause) {
            case STOPPED -> "stopped (" + how + ")";
            case DISCONNECTED -> how + " (after disconnect())";
            case KILLED -> "kill() was called (" + how + ")";
            case START_TIMEOUT -> "ended by the primary (not ready in time)"; // the code or signal says nothing
            case NEVER_READY -> how + (status == 0 ? " (exited before it was ready)" : " (never became ready)");
            case PORT_TAKEN -> how + " (the common port was taken; its own port is used instead)";
            case CHANNEL_LOST -> "lost its channel, stopped for that (" + how + ")";
            case UNHEALTHY -> "failed its health check, stopped for that (" + how + ")";
            case CRASHED -> how + " (crashed)";
            case EXITED -> how + " (exited by itself)";
        };
    }
}
