package io.musher.internal.process.os;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The exit of a process as reported by the operating system. The supervisor knows whether it was requested, and why.
 *
 * @param code the exit code; empty if a signal killed the process
 * @param signal the signal that killed the process, such as {@code SIGKILL}
 * @param status the raw exit status
 */
public record Termination(OptionalInt code, Optional<String> signal, int status) {

    /**
     * Interprets an exit status. A status of 128 + n counts as death by signal n: shells and JVMs exit with it too.
     *
     * @param status the result of {@link Process#waitFor()}
     * @return the exit
     */
    public static Termination of(int status) {
        Optional<String> signal = SignalNames.of(status);
        return new Termination(signal.isPresent() ? OptionalInt.empty() : OptionalInt.of(status), signal, status);
    }

    @Override
    public String toString() {
        return signal.orElseGet(() -> "exit code " + status);
    }
}
