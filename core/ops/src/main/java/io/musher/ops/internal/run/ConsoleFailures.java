package io.musher.ops.internal.run;

import io.musher.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what follows when workers' output cannot be written to the primary's standard output or standard error. If
 * the user was reading it from a pipe, as in {@code run | head}, the primary is to stop; otherwise, such as when a disk
 * is full, it goes on. Thread-safe.
 */
final class ConsoleFailures {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    private final boolean detached;
    private final Runnable stop;
    /** Whether standard error, or else standard output, has failed. */
    private final Set<Boolean> failed = ConcurrentHashMap.newKeySet();

    /**
     * Creates a decision that has not been taken.
     *
     * @param detached whether the primary runs in the background, where what reads its output is not the user
     * @param stop stops the primary
     */
    ConsoleFailures(boolean detached, Runnable stop) {
        this.detached = detached;
        this.stop = stop;
    }

    /** Handles a line that could not be written; only the first one of each stream has an effect. */
    void notWritten(Output.Line line) {
        if (!failed.add(line.error())) {
            return;
        }
        if (detached || !hasTerminal() || !isPiped(line.error() ? 2 : 1)) {
            LOG.warn("the {} of workers cannot be written any more: nothing reads it, or its disk is full;"
                    + " musher logs still shows it", line.error() ? "error output" : "output");
            return;
        }
        LOG.info("nothing reads the output any more: stops");
        stop.run();
    }

    /** {@return whether another process reads what is written to the descriptor, rather than that it goes to a file} */
    private static boolean isPiped(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString()
                    .matches("(pipe|socket):.*");
        } catch (IOException e) {
            return false; // it is closed, or this is not Linux
        }
    }

    /** {@return whether this process has a controlling terminal, the end of which is announced by SIGHUP} */
    static boolean hasTerminal() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            return !stat.substring(stat.lastIndexOf(')') + 2).split(" ")[4].equals("0");
        } catch (IOException | RuntimeException e) {
            return System.console() != null;
        }
    }
}
