package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Words of a {@code java} command line that other users shall not read, and that may be too long for the system: {@code java} reads them as an
 * argument file. Where there is {@code /dev/stdin} that file is a pipe to the worker's input, which then is at its end as it would be
 * without: nothing is written to a disk, and nothing is left when the primary is killed. Elsewhere it is a temporary file of this user alone,
 * deleted when the worker has ended.
 *
 * <p>The launcher expands such a file in front of the main class only, but takes from it whatever is in it: main class and arguments too.
 * Words from a file are not expanded again.
 */
final class ArgumentFile {

    private static final Logger LOG = LoggerFactory.getLogger(ArgumentFile.class);
    private static final Path STDIN = Path.of("/dev/stdin");

    private final byte[] text;
    private final Path file;

    private ArgumentFile(byte[] text, Path file) {
        this.text = text;
        this.file = file;
    }

    /** Makes one, as a pipe where that is possible. */
    static ArgumentFile of(List<String> words) throws IOException {
        return !Platform.WINDOWS && Files.exists(STDIN) ? new ArgumentFile(text(words), null) : file(words);
    }

    /** Makes one on the disk. */
    static ArgumentFile file(List<String> words) throws IOException {
        Path file = Files.createTempFile("musher", ".args"); // readable by this user alone
        file.toFile().deleteOnExit();
        try {
            Files.write(file, text(words));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return new ArgumentFile(new byte[0], file);
    }

    /** {@return the word of the command line that stands for it} */
    String reference() {
        return "@" + (file == null ? STDIN : file);
    }

    /** {@return whether the worker reads it from its input} */
    boolean isPipe() {
        return file == null;
    }

    /** Gives it to the worker, which may take as long as that takes to read it. */
    void feed(Process process) {
        if (isPipe()) {
            try (var input = process.getOutputStream()) {
                input.write(text);
            } catch (IOException e) {
                LOG.debug("pid {} has not read its arguments", process.pid(), e); // its end tells why
            }
        }
    }

    /** The worker has ended, or was never started. */
    void delete() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.debug("{} stays", file, e);
            }
        }
    }

    static byte[] text(List<String> words) {
        return words.stream().map(ArgumentFile::quoted).collect(Collectors.joining("\n", "", "\n")).getBytes(CommandLineParser.NATIVE);
    }

    private static String quoted(String word) {
        return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + '"';
    }
}
