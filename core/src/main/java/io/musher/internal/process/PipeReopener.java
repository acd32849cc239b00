package io.musher.internal.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads what a process's children still print when the process itself is gone. The JDK closes its end of the pipe then, and
 * they would die of it. So Linux is asked for another end of the same pipe, and the JDK's is closed at once.
 */
final class PipeReopener {

    private static final Path OWN = Path.of("/proc/self/fd");

    private PipeReopener() { }

    /**
     * @param descriptor 1 for output, 2 for errors
     * @param jdk what the JDK reads it by
     * @return what to read it by
     */
    static InputStream reopened(Process process, int descriptor, InputStream jdk) {
        if (!Platform.LINUX) {
            return jdk;
        }
        try {
            Path pipe = Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/fd/" + descriptor));
            Path own = pipe.toString().startsWith("pipe:") ? find(pipe) : null;
            if (own == null) {
                return jdk; // it has already put something else there
            }
            InputStream another = new FileInputStream(own.toFile());
            if (!process.isAlive()) { // the JDK has read the rest, or is just doing it
                another.close();
                return jdk;
            }
            jdk.close();
            return another;
        } catch (IOException | DirectoryIteratorException e) {
            return jdk; // it has already gone
        }
    }

    private static Path find(Path pipe) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OWN)) {
            for (Path descriptor : descriptors) {
                if (leadsTo(descriptor, pipe)) {
                    return descriptor;
                }
            }
        }
        return null;
    }

    private static boolean leadsTo(Path descriptor, Path pipe) {
        try {
            return Files.readSymbolicLink(descriptor).equals(pipe);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
