package io.musher.internal.process.classdata;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.launch.CommandLine;
import io.musher.internal.process.launch.JavaCommand;
import io.musher.internal.process.os.Termination;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the worker JVMs of a cluster share their class data; see the package comment. Whatever fails here leaves the
 * workers as they are without it. Thread-safe.
 */
public final class ClassDataCache {

    private static final Logger LOG = LoggerFactory.getLogger(ClassDataCache.class);

    /** Signals by which a JVM ends that trips over its archive. */
    private static final Set<String> CRASHES = Set.of("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE");
    private static final int AOT_LOGGING = 24;

    /** A worker that lists the classes it loads. */
    private record Recording(int workerId, String key, JavaCommand command, Path list) {}

    private final String cluster;
    private final @Nullable ClassDataFolder folder;
    /** The keys of the archives that running workers use; those that have not said hello are in starting, too. */
    private final Map<Integer, String> users = new HashMap<>();
    private final Set<Integer> starting = new HashSet<>();
    /** Keys for which making an archive has been tried. */
    private final Set<String> tried = new HashSet<>();
    private final Set<String> refusals = new HashSet<>();
    private volatile Runnable whenRecording = () -> {};
    private @Nullable Recording recording;
    private @Nullable ClassDataDump dump;
    private boolean closed;

    private ClassDataCache(String cluster, @Nullable ClassDataFolder folder) {
        this.cluster = cluster;
        this.folder = folder;
    }

    /**
     * Creates the cache of a cluster.
     *
     * @param path the folder of the archives; empty for no cache
     */
    public static ClassDataCache of(String cluster, Optional<Path> path) {
        if (path.isEmpty()) {
            return new ClassDataCache(cluster, null);
        }
        try {
            return new ClassDataCache(cluster, ClassDataFolder.open(path.get()));
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: workers share no class data: {}", cluster, e.toString());
            return new ClassDataCache(cluster, null);
        }
    }

    /** Sets an action that runs, on the thread that starts workers, when a worker begins to list its classes. */
    public void whenRecording(Runnable action) {
        whenRecording = action;
    }

    /**
     * Returns the command line of a JVM worker, extended by the archive that fits it. If there is none yet, one worker
     * lists its classes for {@link #makeArchive}.
     *
     * @param line as built by the launch plan
     * @param environment of the worker
     */
    public CommandLine extend(CommandLine line, Map<String, String> environment, int workerId) {
        if (folder == null) {
            return line;
        }
        try {
            JavaCommand command = JavaCommand.of(line, environment);
            Optional<String> refusal = ClassDataKey.refusal(command);
            if (refusal.isPresent()) {
                refused(refusal.get());
                return line;
            }
            return line.withFlags(flags(folder, command, ClassDataKey.of(command), workerId));
        } catch (IOException | RuntimeException e) {
            refused(e.toString());
            return line;
        }
    }

    private synchronized void refused(String why) {
        if (refusals.add(why)) {
            LOG.debug("{}: workers share no class data, because {}", cluster, why);
        }
    }

    private synchronized List<String> flags(ClassDataFolder files, JavaCommand command, String key, int workerId)
            throws IOException {
        Path archive = closed ? null : files.archive(key);
        if (archive != null) {
            users.put(workerId, key);
            starting.add(workerId);
            return Runtime.version().feature() < AOT_LOGGING
                    ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off",
                            "-Xlog:cds+dynamic=off")
                    : List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:aot=off");
        }
        if (closed || recording != null || tried.contains(key) || files.isOff(key)) {
            return List.of();
        }
        Path list = files.temporary(key, "classes");
        Files.deleteIfExists(list);
        Files.createFile(list); // fails here, not in the worker, where it cannot be written
        recording = new Recording(workerId, key, command, list);
        whenRecording.run();
        return List.of("-XX:DumpLoadedClassList=" + list);
    }

    /** Records that a worker has started well. */
    public synchronized void helloReceived(int workerId) {
        starting.remove(workerId);
    }

    /**
     * Records the end of a worker. An archive with which a JVM has ended before its hello is removed, and not made
     * again by this process; after a crash it is never made again. The next worker starts without.
     *
     * @param expected whether the primary has ended the worker, or the worker need not say hello
     */
    public synchronized void exited(int workerId, Termination end, boolean expected) {
        Recording open = recording;
        if (open != null && open.workerId == workerId) {
            recording = null;
            delete(open.list);
        }
        String key = users.remove(workerId);
        boolean early = starting.remove(workerId) && !expected;
        boolean crashed = end.signal().filter(CRASHES::contains).isPresent();
        if (key != null && folder != null && (early || crashed)) {
            tried.add(key);
            try {
                folder.remove(key, crashed);
                LOG.info("{}: worker {} ended {}; further workers start without shared class data", cluster, workerId,
                        crashed ? "by " + end.signal().get() : "before its hello");
            } catch (IOException e) {
                LOG.debug("{}: the class data archive {} cannot be removed", cluster, key, e);
            }
        }
    }

    /** {@return whether a worker lists its classes, so that {@link #makeArchive} has something to do} */
    public synchronized boolean isRecording() {
        return recording != null;
    }

    /**
     * Makes an archive of the classes listed so far, in the background. To be called when all workers have been ready
     * for a while.
     */
    public synchronized void makeArchive() {
        Recording open = recording;
        ClassDataFolder files = folder;
        if (open == null || files == null || closed) {
            return;
        }
        recording = null;
        tried.add(open.key);
        ClassDataDump jvm = new ClassDataDump(open.command);
        dump = jvm;
        Thread thread = new Thread(() -> make(files, open, jvm), cluster + "-class-data");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    private void make(ClassDataFolder files, Recording open, ClassDataDump jvm) {
        Path list = files.temporary(open.key, "list");
        Path archive = files.temporary(open.key, "archive");
        try {
            boolean done = files.exclusively(open.key, () -> {
                if (files.archive(open.key) == null) {
                    copyCompleteLines(open.list, list);
                    jvm.make(list, archive);
                    checkUnchanged(open);
                    jvm.tryOut(archive);
                    checkUnchanged(open);
                    files.publish(open.key, archive);
                }
            });
            LOG.debug("{}: {} {}", cluster, done ? "workers share class data from now on, archive"
                    : "another process makes the class data archive", open.key);
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: no class data archive could be made", cluster, e);
        } catch (InterruptedException e) {
            LOG.trace("{}: closed while the class data archive was made", cluster);
        } finally {
            delete(open.list);
            delete(list);
            delete(archive);
        }
    }

    /** Copies a list that a worker still writes to, up to the end of its last complete line. */
    private static void copyCompleteLines(Path from, Path to) throws IOException {
        byte[] text = Files.readAllBytes(from);
        int end = text.length;
        while (end > 0 && text[end - 1] != '\n') {
            end--;
        }
        if (end == 0) {
            throw new IOException("the worker has listed no classes");
        }
        Files.writeString(to, new String(Arrays.copyOf(text, end), StandardCharsets.UTF_8));
    }

    private static void checkUnchanged(Recording open) throws IOException {
        if (!ClassDataKey.of(open.command).equals(open.key)) {
            throw new IOException("a jar was changed meanwhile");
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{} cannot be deleted", file, e);
        }
    }

    /** Ends the work on an archive. */
    public synchronized void close() {
        closed = true;
        if (dump != null) {
            dump.cancel();
        }
        if (recording != null) {
            delete(recording.list);
            recording = null;
        }
    }
}
