package io.musher.ops.internal.log;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The log files of a primary, each open once. Thread-safe. */
public final class LogFiles implements AutoCloseable {

    private final Map<Path, LogFile> files = new HashMap<>();

    /** {@return the file with this path; the limits count for the first caller} */
    synchronized LogFile get(Path path, long maxSize, int keep) {
        return files.computeIfAbsent(path, file -> new LogFile(file, maxSize, keep));
    }

    /** {@return the files written so far} */
    public synchronized Set<Path> paths() {
        return Set.copyOf(files.keySet());
    }

    @Override
    public synchronized void close() {
        files.values().forEach(LogFile::close);
    }
}
