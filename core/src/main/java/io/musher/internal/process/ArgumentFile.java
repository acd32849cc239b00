package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@code java} command line that is too long for the system, put into a file that {@code java} reads. */
final class ArgumentFile {

    private static final Logger LOG = LoggerFactory.getLogger(ArgumentFile.class);

    /** Linux takes 128 KiB in one argument, Windows 32 Ki characters in all. */
    private static final int LONGEST = Platform.WINDOWS ? 30_000 : 100_000;

    private ArgumentFile() { }

    static boolean isNeeded(List<String> words) {
        return Platform.WINDOWS ? words.stream().mapToInt(word -> word.length() + 3).sum() > LONGEST
                : words.stream().anyMatch(word -> word.getBytes(ProgramWords.NATIVE).length > LONGEST);
    }

    /** {@return a file, to be deleted when the JVM is there, with all words but the first} */
    static Path write(List<String> words) throws IOException {
        Path file = Files.createTempFile("musher", ".args"); // readable by this user alone
        String text = words.stream().skip(1).map(ArgumentFile::quoted).collect(Collectors.joining("\n", "", "\n"));
        Files.write(file, text.getBytes(ProgramWords.NATIVE));
        return file;
    }

    /** @param file or null */
    static void delete(Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.debug("{} stays", file, e);
            }
        }
    }

    private static String quoted(String word) {
        return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + '"';
    }
}
