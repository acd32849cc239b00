package io.musher.ops.internal.log;

import io.musher.internal.process.output.RollingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The log files of a primary, each open once. Thread-safe. */
public final class LogFiles implements AutoCloseable {

    private final Map<Path, RollingFile> files = new HashMap<>();

    /** {@return the file with this path; the limits count for the first caller} */
    synchronized RollingFile get(Path path, long maxSize, int keep) {
        return files.computeIfAbsent(path, each -> {
            RollingFile file = new RollingFile(each, maxSize, keep);
            file.addWriter();
            return file;
        });
    }

    /** {@return the files written so far, and those behind symbolic links} */
    public Set<Path> paths() {
        Set<Path> paths;
        synchronized (this) {
            paths = new HashSet<>(files.keySet());
        }
        for (Path path : List.copyOf(paths)) {
            try {
                paths.add(path.toRealPath());
            } catch (IOException e) {
                continue; // does not exist yet
            }
        }
        return paths;
    }

    /** Waits for what can be written, for a second at most for all files. */
    @Override
    public void close() {
        List<RollingFile> open;
        synchronized (this) {
            open = List.copyOf(files.values());
            files.clear();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (RollingFile file : open) {
            file.close(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
    }
}
