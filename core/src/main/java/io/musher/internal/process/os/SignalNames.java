package io.musher.internal.process.os;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Translates between names and numbers of signals. */
public final class SignalNames {

    private static final List<String> LINUX = List.of("HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL",
            "USR1",
            "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
            "XCPU", "XFSZ",
            "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

    private static final List<String> BSD = List.of("HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "KILL",
            "BUS",
            "SEGV", "SYS", "PIPE", "ALRM", "TERM", "URG", "STOP", "TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO", "XCPU",
            "XFSZ",
            "VTALRM", "PROF", "WINCH", "INFO", "USR1", "USR2");

    private static final List<String> NAMES = Platform.WINDOWS ? List.of() : Platform.LINUX ? LINUX : BSD;

    private SignalNames() {}

    /**
     * {@return the signal that killed a process with this exit status, such as {@code SIGTERM} for 143; empty for other
     * statuses}
     */
    static Optional<String> of(int status) {
        int number = status - 128;
        return number >= 1 && number <= NAMES.size() ? Optional.of("SIG" + NAMES.get(number - 1)) : Optional.empty();
    }

    /**
     * {@return the name without prefix: {@code HUP} for {@code HUP}, {@code SIGHUP} and {@code sighup}}
     *
     * @throws IllegalArgumentException if the signal does not exist
     * @throws UnsupportedOperationException if the system has no signals
     */
    public static String name(String signal) {
        String name = signal.strip().toUpperCase(Locale.ROOT);
        String bare = name.startsWith("SIG") ? name.substring(3) : name;
        if (Platform.WINDOWS && !bare.equals("KILL")) {
            throw new UnsupportedOperationException("signal " + signal + ": there are none on Windows");
        }
        if (!Platform.WINDOWS && !NAMES.contains(bare)) {
            throw new IllegalArgumentException("signal " + signal + " does not exist here");
        }
        return bare;
    }
}
