package io.musher.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A process and all that came from it, orphans included. A process tree falls apart when its middle dies, so the family
 * is known by an environment variable as well, which every descendant inherits and Linux shows.
 */
final class ProcessFamily {

    /** A cluster hands it on to its workers; names that begin with MUSHER_ it does not. */
    private static final String VARIABLE = "IT_FAMILY";
    private static final Path PROC = Path.of("/proc");

    private final String name = UUID.randomUUID().toString();
    private final Set<ProcessHandle> known = new HashSet<>();

    /** Marks a process that is about to start. */
    void mark(ProcessBuilder builder) {
        builder.environment().putAll(mark());
    }

    /** The variable that marks a process. */
    Map<String, String> mark() {
        return Map.of(VARIABLE, name);
    }

    /** Remembers a process and its present descendants, which may have cleared their environment. */
    void add(ProcessHandle process) {
        known.add(process);
        process.descendants().forEach(known::add);
    }

    /** Every member that still runs; one that nobody has reaped yet has ended. */
    Set<ProcessHandle> alive() {
        known.addAll(marked());
        return known.stream().filter(process -> process.isAlive() && process.info().command().isPresent())
                .collect(Collectors.toSet());
    }

    private Set<ProcessHandle> marked() {
        Set<ProcessHandle> marked = new HashSet<>();
        if (!Files.isDirectory(PROC.resolve("self"))) {
            return marked;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (isMarked(process)) {
                    Optional<ProcessHandle> handle = ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
                    handle.ifPresent(marked::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return marked;
    }

    private boolean isMarked(Path process) {
        try {
            byte[] environment = Files.readAllBytes(process.resolve("environ"));
            return new String(environment, StandardCharsets.ISO_8859_1).contains(VARIABLE + "=" + name);
        } catch (IOException e) {
            // Just ended, or another user's.
            return false;
        }
    }
}
