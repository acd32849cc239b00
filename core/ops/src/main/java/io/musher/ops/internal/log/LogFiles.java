package io.musher.ops.internal.log;

import io.musher.internal.process.output.RollingFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

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

    /** {@return the files written so far} */
    public synchronized Set<Path> paths() {
        return Set.copyOf(files.keySet());
    }

    @Override
    public synchronized void close() {
        files.values().forEach(RollingFile::removeWriter);
        files.clear();
    }
}
