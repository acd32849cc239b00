package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A whole file, checked.
 *
 * @param file where it was read
 * @param name the name of the primary
 * @param processes the entries in the order of the file
 * @param watcher which changes count for {@code watch}
 * @param control where the primary can be controlled
 * @param ignored a line for each key without effect
 */
public record FileSpec(Path file, String name, List<ProcessSpec> processes, WatcherSpec watcher, Control control,
        List<String> ignored) {

    /**
     * Where the primary can be controlled.
     *
     * @param socket the Unix socket; empty for the default
     * @param group the group whose members may use it; empty for the owner alone
     */
    public record Control(Optional<Path> socket, Optional<String> group) {}
}
