package io.musher.internal.process.output;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.os.Platform;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens a second read end of a worker's output pipe, so that output of the worker's children can still be read after
 * the worker itself has exited. The JDK closes its read end when the worker exits, and the children would then be
 * killed by SIGPIPE. On Linux the same pipe can be opened again by {@code /proc/self/fd}; the JDK's end is closed at
 * once. Elsewhere the JDK's stream is used.
 */
public final class PipeReopener {

    private static final Path OWN_DESCRIPTORS = Path.of("/proc/self/fd");

    private PipeReopener() {}

    /**
     * Replaces the JDK's stream if the pipe can be reopened.
     *
     * @param descriptor 1 for standard output, 2 for standard error
     * @param jdk the JDK's stream of this descriptor
     * @return the stream to read from
     */
    public static InputStream reopened(Process process, int descriptor, InputStream jdk) {
        if (!Platform.LINUX) {
            return jdk;
        }
        try {
            Path pipe = Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/fd/" + descriptor));
            Path own = pipe.toString().startsWith("pipe:") ? find(pipe) : null;
            if (own == null) {
                return jdk; // the process has already replaced the descriptor
            }
            InputStream reopened = new FileInputStream(own.toFile());
            if (!process.isAlive()) { // the JDK has read, or is reading, the rest of the output
                reopened.close();
                return jdk;
            }
            jdk.close();
            return reopened;
        } catch (IOException | DirectoryIteratorException e) {
            return jdk; // the process has already exited
        }
    }

    private static @Nullable Path find(Path pipe) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OWN_DESCRIPTORS)) {
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
            return false; // closed in the meantime
        }
    }
}
