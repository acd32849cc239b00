package io.musher.ops.internal.run;

import io.musher.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Keeps the process id of each worker in a file while the worker lives. Only regular files are written or read: a pipe
 * would block until something is at its other end. Without state; {@link LivePidFiles} says who has which.
 */
final class PidFiles {

    private final Path pattern;

    PidFiles(Path pattern) {
        this.pattern = pattern;
    }

    /**
     * Makes the folders of the files.
     *
     * @param id the process, by which its workers are named
     * @param instances how many workers there will be
     * @throws IOException if a file cannot be written, with what to do about it
     */
    void check(String id, int instances) throws IOException {
        for (int i = 0; i < Math.max(1, instances); i++) {
            Path file = path(i, id + "-" + (i + 1));
            makeFolder(file);
            if (isOther(file)) {
                throw new IOException("the pidFile " + file + " is " + (Files.isDirectory(file) ? "a folder"
                        : "a pipe or a device") + ", not a file: name another path");
            }
            if (!Files.isWritable(Files.exists(file) ? file : folder(file))) {
                throw new IOException("the pidFile " + file + " cannot be written by this user ("
                        + System.getProperty("user.name") + "): name another path, or permit it");
            }
        }
    }

    private static void makeFolder(Path file) throws IOException {
        Path folder = folder(file);
        try {
            if (!Files.isDirectory(folder)) { // which may be a link
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new IOException("the folder of the pidFile " + file + " cannot be made: " + e
                    + ": name another path, or permit it", e);
        }
    }

    private static Path folder(Path file) {
        return file.resolveSibling("").toAbsolutePath();
    }

    private static boolean isOther(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file);
    }

    void write(Worker worker) {
        OptionalLong pid = worker.pid();
        if (pid.isEmpty()) {
            return;
        }
        Path file = path(worker.instance(), worker.name());
        try {
            if (isOther(file)) {
                throw new IOException("it is not a regular file");
            }
            makeFolder(file);
            Files.writeString(file, pid.getAsLong() + "\n");
        } catch (IOException e) {
            ManagedProcess.LOG.warn("{}: the pid file {} cannot be written: {}", worker.name(), file, e.toString());
        }
    }

    /** Deletes the file unless a successor of the worker has written it. */
    void delete(Worker worker) {
        Path file = path(worker.instance(), worker.name());
        try {
            if (Files.isRegularFile(file)
                    && Files.readString(file).strip().equals(Long.toString(worker.pid().orElse(0)))) {
                Files.delete(file);
            }
        } catch (IOException e) {
            ManagedProcess.LOG.warn("{}: the pid file {} cannot be deleted: {}", worker.name(), file, e.toString());
        }
    }

    private Path path(int instance, String name) {
        return Path.of(pattern.toString().replace("%i", Integer.toString(instance)).replace("%n", name));
    }
}
