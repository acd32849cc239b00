package io.musher.internal.process;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a process ended, as the system tells it. Why it ended and whether somebody asked for it is known elsewhere.
 *
 * @param code what it exited with; empty when it died of a signal
 * @param signal what it died of, such as {@code SIGKILL}
 * @param status the raw number
 */
public record Termination(OptionalInt code, Optional<String> signal, int status) {

    /**
     * Shells and JVMs, too, tell 128 + n when it was signal n.
     *
     * @param status what {@link Process#waitFor()} told
     * @return what it means
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
