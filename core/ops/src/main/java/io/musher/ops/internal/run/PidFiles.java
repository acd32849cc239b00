package io.musher.ops.internal.run;

import io.musher.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Keeps the process id of each worker in a file while the worker lives. Events thread only. */
final class PidFiles {

    private final Path pattern;

    PidFiles(Path pattern) {
        this.pattern = pattern;
    }

    void write(Worker worker) {
        OptionalLong pid = worker.pid();
        if (pid.isEmpty()) {
            return;
        }
        Path file = path(worker);
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            Files.writeString(file, pid.getAsLong() + "\n");
        } catch (IOException e) {
            ManagedProcess.LOG.warn("{}: the pid file {} cannot be written: {}", worker.name(), file, e.toString());
        }
    }

    /** Deletes the file unless a successor of the worker has written it. */
    void delete(Worker worker) {
        Path file = path(worker);
        try {
            if (Files.exists(file) && Files.readString(file).strip().equals(Long.toString(worker.pid().orElse(0)))) {
                Files.delete(file);
            }
        } catch (IOException e) {
            ManagedProcess.LOG.warn("{}: the pid file {} cannot be deleted: {}", worker.name(), file, e.toString());
        }
    }

    private Path path(Worker worker) {
        return Path
                .of(pattern.toString().replace("%i", Integer.toString(worker.instance())).replace("%n", worker.name()));
    }
}
