package io.musher.ops.internal.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the standard input and output are connected to. */
final class Terminal {

    /**
     * How much a terminal shows.
     *
     * @param rows the number of lines
     * @param columns the number of characters in a line
     */
    record Size(int rows, int columns) {

        private static final Size DEFAULT = new Size(24, 80);
    }

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final Path OWN = Path.of("/dev/tty");
    private static final long STTY_SECONDS = 2;

    private Terminal() {}

    /** {@return whether the standard output is a terminal that understands escape sequences} */
    static boolean isPresent() {
        return !isDumb() && device(STDOUT).isPresent();
    }

    /** {@return whether the standard output is a terminal of any kind} */
    static boolean isOutput() {
        return device(STDOUT).isPresent();
    }

    /** {@return whether the terminal says that it understands no escape sequences} */
    static boolean isDumb() {
        String type = System.getenv("TERM");
        return type == null || type.isEmpty() || type.equals("dumb");
    }

    /** {@return whether the standard output is read by another program} */
    static boolean isPipe() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + STDOUT)).toString().matches("(pipe|socket):.*");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // not Linux
        }
    }

    /** {@return whether what is typed on the terminal arrives at the standard input} */
    static boolean hasKeyboard() {
        return device(STDIN).isPresent();
    }

    /** {@return whether output may have colours} */
    static boolean hasColours() {
        String refused = System.getenv("NO_COLOR");
        return (refused == null || refused.isEmpty()) && isPresent();
    }

    /** {@return how much the terminal shows at present; 24 lines of 80 characters if it does not say} */
    static Size size() {
        String[] words = stty("size").orElse("").split(" ");
        if (words.length != 2 || !words[0].matches("[1-9][0-9]{0,3}") || !words[1].matches("[1-9][0-9]{0,3}")) {
            return Size.DEFAULT;
        }
        return new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    }

    /** Runs stty on the terminal that shows the output. {@return what it prints; empty if it cannot be run} */
    static Optional<String> stty(String... arguments) {
        List<String> words = new ArrayList<>(List.of("stty"));
        words.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(words).redirectInput(device(STDOUT).orElse(OWN).toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            // in the background of a shell it would be stopped
            if (!process.waitFor(STTY_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** {@return the terminal behind a descriptor; empty if it is none} */
    private static Optional<Path> device(int descriptor) {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            return Optional.of(target).filter(path -> path.startsWith("/dev/pts") || path.toString()
                    .startsWith("/dev/tty"));
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null ? Optional.of(OWN) : Optional.empty(); // not Linux
        }
    }
}
