package io.musher.internal.process.launch;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.os.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes arguments to {@code java} in an argument file ({@code @file}), which keeps them out of the process list that
 * all users can read and below the system's limit on command line length. Where {@code /dev/stdin} exists, the file is
 * a pipe to the worker's standard input, which is at end of file afterwards, as it is for workers without an argument
 * file: nothing is written to disk, and nothing is left when the primary is killed. Elsewhere it is a temporary file,
 * readable by this user only and deleted when the worker has exited.
 *
 * <p>The {@code java} launcher expands an argument file only in front of the main class, but the file may contain the
 * main class and the program's arguments. Words read from a file are not expanded again.
 */
public final class ArgumentFile {

    private static final Logger LOG = LoggerFactory.getLogger(ArgumentFile.class);
    private static final Path STDIN = Path.of("/dev/stdin");

    /** The command line argument that refers to a pipe. */
    public static final String PIPE = "@" + STDIN;

    private final byte[] text;
    private final @Nullable Path file;

    private ArgumentFile(byte[] text, @Nullable Path file) {
        this.text = text;
        this.file = file;
    }

    /** {@return whether workers can read arguments from a pipe, so that these are not needed before the fork} */
    public static boolean canBePiped() {
        return !Platform.WINDOWS && Files.exists(STDIN);
    }

    /** Creates an argument file that goes through a pipe. */
    public static ArgumentFile piped(List<String> words) {
        return new ArgumentFile(text(words), null);
    }

    /** Creates an argument file on disk. */
    public static ArgumentFile file(List<String> words) throws IOException {
        Path file = Files.createTempFile("musher", ".args"); // readable by this user only
        file.toFile().deleteOnExit();
        try {
            Files.write(file, text(words));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return new ArgumentFile(new byte[0], file);
    }

    /** {@return the command line argument that refers to this file} */
    public String reference() {
        return file == null ? PIPE : "@" + file;
    }

    /**
     * Writes the arguments to the worker's standard input, if this is a pipe; may block until the worker has read them.
     */
    public void feed(Process process) {
        if (file == null) {
            try (var input = process.getOutputStream()) {
                input.write(text);
            } catch (IOException e) {
                LOG.debug("process {} did not read its arguments", process.pid(), e); // its exit status shows why
            }
        }
    }

    /** Deletes the file, if there is one; called when the worker has exited or was not started. */
    public void delete() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.debug("{} could not be deleted", file, e);
            }
        }
    }

    static byte[] text(List<String> words) {
        StringBuilder text = new StringBuilder();
        for (String word : words) {
            text.append(quoted(word)).append('\n');
        }
        return text.toString().getBytes(CommandLineParser.NATIVE);
    }

    private static String quoted(String word) {
        return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + '"';
    }
}
