package io.musher.internal.process.classdata;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The folder of the archives, which belongs to this user alone: what is in it becomes code of the workers.
 *
 * <p>An archive is {@code <key>.jsa}, read-only, and never changed after it has got this name: a worker maps it. Beside
 * it {@code <key>.stat} says which file was published, down to its inode and the time of its last change; an archive
 * that is another file by now, or was written to, is not used. {@code <key>.off} keeps a key from being used again,
 * {@code <key>.lock} keeps two primaries from making the same archive.
 */
final class ClassDataFolder {

    /** The least recently used archives beyond this are removed. */
    private static final long MAX_BYTES = 512L << 20;
    private static final String ARCHIVE = ".jsa";
    private static final String STAT = ".stat";
    private static final String OFF = ".off";

    private static final AtomicInteger OPENED = new AtomicInteger();

    private final Path folder;
    /** Distinguishes the temporary files of this process, and of each cluster in it. */
    private final String owner = ProcessHandle.current().pid() + "-" + OPENED.incrementAndGet();

    private ClassDataFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the folder; creates it if there is none.
     *
     * @throws IOException if that fails, or others than this user could write to it
     */
    static ClassDataFolder open(Path path) throws IOException {
        Path folder = path.toAbsolutePath();
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Path above = folder.getParent();
            if (above != null) {
                Files.createDirectories(above);
            }
            Files.createDirectory(folder,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is not a folder, or a symbolic link");
        }
        int mode = (Integer) Files.getAttribute(folder, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
        if (mode != 0700) {
            throw new IOException(folder + " is open to other users; chmod 700 it");
        }
        int owner = (Integer) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner != ownUser()) {
            throw new IOException(folder + " belongs to another user");
        }
        return new ClassDataFolder(folder);
    }

    private static int ownUser() throws IOException {
        Path self = Path.of("/proc/self");
        if (Files.exists(self)) {
            return (Integer) Files.getAttribute(self, "unix:uid");
        }
        Path probe = Files.createTempFile("musher", ".uid");
        try {
            return (Integer) Files.getAttribute(probe, "unix:uid");
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** {@return the archive, intact as it was published; null if there is none} */
    @Nullable
    Path archive(String key) {
        Path archive = folder.resolve(key + ARCHIVE);
        Path stat = folder.resolve(key + STAT);
        try {
            if (Files.exists(folder.resolve(key + OFF)) || !Files.exists(stat)
                    || !Files.readString(stat).equals(ClassDataKey.ownStat(archive))) {
                return null;
            }
            Files.setLastModifiedTime(stat, FileTime.from(Instant.now()));
            return archive;
        } catch (IOException e) {
            return null;
        }
    }

    boolean isOff(String key) {
        return Files.exists(folder.resolve(key + OFF));
    }

    /**
     * Removes an archive.
     *
     * @param forEver whether to keep the key from being used again
     */
    void remove(String key, boolean forEver) throws IOException {
        if (forEver) {
            Files.write(folder.resolve(key + OFF), new byte[0]);
        }
        Files.deleteIfExists(folder.resolve(key + STAT));
        Files.deleteIfExists(folder.resolve(key + ARCHIVE));
    }

    /** {@return a file for a part of the work on a key, of this cluster alone} */
    Path temporary(String key, String what) {
        return folder.resolve(key + "." + owner + "." + what);
    }

    /** Gives a finished file the name by which it is found. */
    void publish(String key, Path file) throws IOException {
        try (FileChannel content = FileChannel.open(file, StandardOpenOption.WRITE)) {
            content.force(true);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        Path archive = folder.resolve(key + ARCHIVE);
        Files.move(file, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path stat = Files.writeString(temporary(key, "stat"), ClassDataKey.ownStat(archive));
        Files.move(stat, folder.resolve(key + STAT), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        trim(key);
    }

    /** Runs a task while no other process runs one for the same key. {@return false if another does} */
    boolean exclusively(String key, Task task) throws IOException, InterruptedException {
        Path file = folder.resolve(key + ".lock");
        try (FileChannel lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                return false;
            }
            task.run();
            return true;
        } catch (OverlappingFileLockException e) { // another cluster of this process
            return false;
        }
    }

    /** Work that may fail. */
    interface Task {
        void run() throws IOException, InterruptedException;
    }

    /** Removes what crashed primaries have left, and the archives least recently used beyond the limit. */
    private void trim(String kept) throws IOException {
        List<Path> stats = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(STAT) && name.indexOf('.') == name.lastIndexOf('.')) {
                    stats.add(file);
                } else if (isAbandoned(file, name)) {
                    Files.deleteIfExists(file);
                }
            }
        }
        stats.sort(Comparator.comparing((Path stat) -> stat.toFile().lastModified()).reversed());
        long bytes = 0;
        for (Path stat : stats) {
            String key = stat.getFileName().toString().replace(STAT, "");
            Path archive = folder.resolve(key + ARCHIVE);
            bytes += Files.exists(archive) ? Files.size(archive) : 0;
            if (bytes > MAX_BYTES && !key.equals(kept)) {
                Files.deleteIfExists(stat);
                Files.deleteIfExists(archive);
            }
        }
    }

    /** {@return whether a file {@code <key>.<pid>-<number>.<what>} is of a process that has ended} */
    private static boolean isAbandoned(Path file, String name) {
        String[] parts = name.split("\\.");
        return parts.length == 3 && parts[1].matches("[0-9]{1,18}-[0-9]+")
                && ProcessHandle.of(Long.parseLong(parts[1].substring(0, parts[1].indexOf('-')))).isEmpty()
                && Instant.now().minusSeconds(3600).toEpochMilli() > file.toFile().lastModified();
    }
}
