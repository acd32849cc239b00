package io.musher.ops.internal.run;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches files and folders, with all folders below them, on a thread of its own. Reports a change when nothing has
 * changed for a while, so that a compiler that writes many files leads to one report.
 */
final class FileWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FileWatcher.class);

    /** Folders in which programs other than the user's editor write all the time. */
    private static final Set<String> SKIPPED = Set.of(".git", ".hg", ".svn", "node_modules");
    /** How often roots that do not exist are looked for. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final List<Path> roots;
    private final Predicate<Path> counts;
    private final Duration quiet;
    private final Consumer<Path> changed;
    private final WatchService service;
    private final Thread thread;

    // the rest belongs to the thread
    private final Map<WatchKey, Path> folders = new HashMap<>();
    private final Set<Path> missing = new LinkedHashSet<>();
    private Optional<Path> pending = Optional.empty();
    /** When the last change that counts came, by {@link System#nanoTime}. */
    private long lastChange;

    /**
     * Starts to watch.
     *
     * @param roots files and folders; what does not exist is watched from its creation on
     * @param counts whether a change of a file counts
     * @param quiet how long nothing must change before a change is reported
     * @param changed called on the watcher's thread with the first path that changed
     * @throws IOException if the operating system has no resources for it; the message says which limit to raise
     */
    FileWatcher(String name, List<Path> roots, Predicate<Path> counts, Duration quiet, Consumer<Path> changed)
            throws IOException {
        this.roots = roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
        this.counts = counts;
        this.quiet = quiet;
        this.changed = changed;
        service = this.roots.get(0).getFileSystem().newWatchService();
        try {
            for (Path root : this.roots) {
                add(root);
            }
        } catch (IOException e) {
            service.close();
            throw e;
        }
        thread = new Thread(this::run, name + "-watch");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.debug("closing a watcher of files failed", e);
        }
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = next();
                if (key != null) {
                    take(key);
                }
                // also when other files, such as logs, change all the time
                if (pending.isPresent() && System.nanoTime() - lastChange >= quiet.toNanos()) {
                    report();
                }
                findMissing();
            }
        } catch (ClosedWatchServiceException e) {
            LOG.trace("{} ends", Thread.currentThread().getName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.error("{}: files are not watched any longer: {}", Thread.currentThread().getName(), e.toString());
        }
    }

    /** Waits for the next event; null when it has been quiet for long enough, or roots are to be looked for. */
    private @Nullable WatchKey next() throws InterruptedException {
        if (pending.isPresent()) {
            return service.poll(Math.max(0, quiet.toNanos() - (System.nanoTime() - lastChange)), TimeUnit.NANOSECONDS);
        }
        return missing.isEmpty() ? service.take() : service.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void report() {
        Path path = pending.orElseThrow();
        pending = Optional.empty();
        // a folder that was removed is about to be built anew, and counts as changed when it is there
        if (missing.stream().noneMatch(path::startsWith)) {
            changed.accept(path);
        }
    }

    private void take(WatchKey key) throws IOException {
        Path folder = folders.get(key);
        if (folder == null) {
            return; // removed before
        }
        for (WatchEvent<?> event : key.pollEvents()) {
            if (event.kind() == OVERFLOW) {
                // the system dropped events: too many changes
                note(folder);
            } else {
                Path path = folder.resolve((Path) event.context());
                if (event.kind() == ENTRY_CREATE && Files.isDirectory(path) && isWatched(path)) {
                    add(path);
                } else if (isWatched(path) && !Files.isDirectory(path)) {
                    noteChange(path);
                }
            }
        }
        if (!key.reset()) {
            folders.remove(key);
            if (roots.contains(folder)) {
                missing.add(folder);
            }
        }
    }

    private void noteChange(Path path) {
        if (counts.test(path)) {
            note(path);
        }
    }

    private void note(Path path) {
        pending = pending.or(() -> Optional.of(path));
        lastChange = System.nanoTime();
    }

    /** {@return whether the path is a root, or below one and not in a folder that is skipped} */
    private boolean isWatched(Path path) {
        return roots.stream().anyMatch(root -> {
            if (!path.startsWith(root)) {
                return false;
            }
            for (Path name : root.relativize(path)) {
                if (SKIPPED.contains(name.toString())) {
                    return false;
                }
            }
            return true;
        });
    }

    private void findMissing() throws IOException {
        for (Path root : List.copyOf(missing)) {
            if (Files.exists(root)) {
                missing.remove(root);
                add(root);
                note(root);
            }
        }
    }

    /** Registers a folder with all below it, or the folder of a file. Files in new folders count as changed. */
    private void add(Path path) throws IOException {
        if (!Files.exists(path)) {
            missing.add(path);
        } else if (!Files.isDirectory(path)) {
            register(Objects.requireNonNull(path.getParent())); // absolute, and no folder
        } else {
            boolean isNew = thread != null;
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                        throws IOException {
                    if (!isWatched(folder)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    register(folder);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (isNew) {
                        noteChange(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (Files.exists(file) && Files.isReadable(file)) {
                        throw failure;
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    private void register(Path folder) throws IOException {
        try {
            folders.put(folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE), folder);
        } catch (IOException e) {
            if (Files.isDirectory(folder) && Files.isReadable(folder)) {
                throw new IOException(
                        "cannot watch " + folder + " after " + folders.size() + " folders: " + e.getMessage()
                                + "; watch fewer folders, or raise fs.inotify.max_user_watches",
                        e);
            }
            // gone since its parent was read
        }
    }
}
