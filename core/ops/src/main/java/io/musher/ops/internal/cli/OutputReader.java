package io.musher.ops.internal.cli;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds out whether the program that reads the standard output has left, as {@code head} does, while there is nothing
 * to write that could fail. Looks into the process table for the other end of the pipe, so it knows on Linux only, and
 * of processes that this user may look at. Not thread-safe.
 */
final class OutputReader {

    private static final Path OWN = Path.of("/proc/self/fd/1");
    /** The lowest bits of the flags of a descriptor: 0 reads, 1 writes, 2 does both. */
    private static final int ACCESS = 3;
    private static final int WRITES = 1;

    private boolean seen;
    private boolean left;

    /** Looks whether there was a reader at an earlier call, and there is none any more. {@return {@link #hasLeft}} */
    boolean look() {
        String pipe = target(OWN);
        if (pipe.startsWith("pipe:")) {
            boolean reads = isReadByAny(pipe);
            left = seen && !reads;
            seen |= reads;
        }
        return left;
    }

    /** {@return whether the reader had left at the last look} */
    boolean hasLeft() {
        return left;
    }

    private static boolean isReadByAny(String pipe) {
        String self = Long.toString(ProcessHandle.current().pid());
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (!process.getFileName().toString().equals(self) && reads(process, pipe)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            return true; // unknown
        }
    }

    private static boolean reads(Path process, String pipe) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (target(descriptor).equals(pipe) && reads(process.resolve("fdinfo").resolve(
                        descriptor.getFileName()))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false; // it has ended, or belongs to another user
        }
        return false;
    }

    private static boolean reads(Path info) throws IOException {
        for (String line : Files.readAllLines(info)) {
            if (line.startsWith("flags:")) {
                return (Integer.parseInt(line.substring(6).strip(), 8) & ACCESS) != WRITES;
            }
        }
        return true;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return ""; // closed meanwhile, or not Linux
        }
    }
}
