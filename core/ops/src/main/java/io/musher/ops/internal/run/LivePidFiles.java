package io.musher.ops.internal.run;

import io.musher.Worker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Knows which worker that lives has which pid file. Thread-safe. */
final class LivePidFiles {

    private Optional<Path> pattern;
    /** The workers that live, in the order of their starts. */
    private final Map<Worker, Optional<PidFiles>> files = new LinkedHashMap<>();

    /**
     * Creates an object without workers.
     *
     * @param pattern the path, with {@code %i} and {@code %n}; empty for no files
     */
    LivePidFiles(Optional<Path> pattern) {
        this.pattern = pattern;
    }

    synchronized void forked(Worker worker) {
        files.put(worker, written(worker));
    }

    synchronized void exited(Worker worker) {
        files.getOrDefault(worker, Optional.empty()).ifPresent(file -> file.delete(worker));
        files.remove(worker);
    }

    /** Moves the files of all workers to another place. */
    synchronized void move(Optional<Path> next) {
        if (!next.equals(pattern)) {
            pattern = next;
            files.replaceAll((worker, file) -> {
                file.ifPresent(former -> former.delete(worker));
                return written(worker);
            });
        }
    }

    private Optional<PidFiles> written(Worker worker) {
        Optional<PidFiles> file = pattern.map(PidFiles::new);
        file.ifPresent(each -> each.write(worker));
        return file;
    }
}
