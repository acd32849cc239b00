package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.util.List;

/**
 * A whole file, checked.
 *
 * @param file where it was read
 * @param name the name of the primary
 * @param processes the entries in the order of the file
 * @param watcher which changes count for {@code watch}
 * @param ignored a line for each key without effect
 */
public record FileSpec(Path file, String name, List<ProcessSpec> processes, WatcherSpec watcher,
        List<String> ignored) {}
