package io.musher.ops;

import io.musher.ops.internal.cli.CommandLine;
import java.nio.file.Path;

/** The main class of {@code musher.jar}. */
public final class Main {

    private Main() {}

    /**
     * Runs one command and exits.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        int status = new CommandLine(Path.of("").toAbsolutePath(), System.out, System.err).run(args);
        if (status != 0) {
            System.exit(status);
        }
    }
}
