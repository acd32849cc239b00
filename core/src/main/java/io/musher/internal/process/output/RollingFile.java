package io.musher.internal.process.output;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log file with rotation by size: a full file is renamed to {@code .1}, {@code .1} to {@code .2} and so on, at line
 * breaks where possible. The file is open while it has writers. Behind a symbolic link the file that the link leads to
 * is rotated, beside itself, and the link stays. If the disk fails, output is lost, but the worker is not affected.
 *
 * <p>What is not a regular file, such as a pipe or {@code /dev/null}, is never renamed or deleted, and is written by a
 * {@link PipeWriter}. Neither is the file behind a link in {@code /dev} or {@code /proc}, such as {@code /dev/stdout}:
 * another program has chosen it.
 *
 * <p>Thread safe. {@link #addWriter} never blocks; the other methods wait for a write to a regular file.
 */
public final class RollingFile {

    private static final Logger LOG = LoggerFactory.getLogger(RollingFile.class);

    /** How long the last writer waits for a write of another thread, which then closes the file. */
    private static final long CLOSE_MILLIS = 1_000;
    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    private final Path path;
    private final long maxBytes;
    private final int keep;
    private final AtomicInteger writers = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable PipeWriter pipe; // set with the lock held, once
    private volatile boolean closed;

    /** Guards what follows; held while a regular file is written, never while a pipe is. */
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable OutputStream out;
    /** The file that is renamed when it is full; null if there is none. */
    private @Nullable Path rotated;
    private long size;
    private boolean failureLogged;

    /** Creates a file that is opened when it is written to. */
    public RollingFile(Path path, long maxBytes, int keep) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.keep = keep;
    }

    public void addWriter() {
        writers.incrementAndGet();
    }

    /** The last writer closes a regular file. */
    public void removeWriter() {
        if (writers.decrementAndGet() == 0) {
            closeUnused(CLOSE_MILLIS);
        }
    }

    /** Closes the file for good, also a pipe, after what has been written; waits for the given time at most. */
    public void close(long millis) {
        closed = true;
        writers.set(0);
        closeUnused(millis);
        PipeWriter open = pipe;
        if (open != null) {
            open.close(millis);
        }
    }

    private void closeUnused(long millis) {
        try {
            if (!lock.tryLock() && !lock.tryLock(millis, TimeUnit.MILLISECONDS)) {
                return; // the present write closes the file when it returns
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (writers.get() <= 0) {
                closeFile();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return the number of bytes that were not written} */
    public long dropped() {
        PipeWriter open = pipe;
        return lost.get() + (open == null ? 0 : open.dropped());
    }

    /** Writes to a regular file at once; to a pipe later, and blocks for a second at most. */
    public void write(byte[] bytes, int offset, int length) {
        PipeWriter open = pipe;
        if (open == null) {
            open = writeRegular(bytes, offset, length);
        }
        if (open != null) {
            open.write(bytes, offset, length);
        }
    }

    /** {@return null, or if the file is not a regular one, and nothing was written, what writes to it} */
    private @Nullable PipeWriter writeRegular(byte[] bytes, int offset, int length) {
        int done = 0;
        lock.lock();
        try {
            while (done < length) {
                OutputStream to = out == null ? open() : out;
                if (to == null) {
                    return pipe;
                }
                int count = fitting(bytes, offset + done, length - done);
                to.write(bytes, offset + done, count);
                size += count;
                done += count;
                Path full = rotated;
                if (full != null && (done < length || size >= maxBytes)) {
                    rotate(full);
                }
            }
        } catch (IOException e) {
            lost.addAndGet(length - done);
            closeFile();
            if (!failureLogged) {
                failureLogged = true;
                LOG.warn("{}: output of a worker cannot be written and is lost; further failures are not logged", path,
                        e);
            }
        } finally {
            if (writers.get() <= 0) {
                closeFile();
            }
            lock.unlock();
        }
        return null;
    }

    /** Opens a regular file; {@return null, with {@code pipe} set, if it is not a regular file} */
    private @Nullable OutputStream open() throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            if (closed) {
                throw new IOException("closed");
            }
            PipeWriter current = pipe;
            pipe = current == null ? new PipeWriter(path) : current;
            return null;
        }
        Path folder = folder(path);
        if (!Files.isDirectory(folder)) { // which may be a link
            Files.createDirectories(folder);
        }
        OutputStream opened = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        out = opened;
        rotated = resolve(path);
        size = Files.size(path);
        return opened;
    }

    private static Path folder(Path file) {
        return file.toAbsolutePath().resolveSibling("");
    }

    /** Returns the file behind symbolic links; null if one of the links is in /dev or /proc. */
    private static @Nullable Path resolve(Path path) throws IOException {
        Path each = path;
        for (int links = 0; links <= MAX_LINKS; links++) {
            each = folder(each).toRealPath().resolve(each.getFileName());
            if (!Files.isSymbolicLink(each)) {
                return each;
            }
            if (each.startsWith("/dev") || each.startsWith("/proc")) {
                return null;
            }
            each = each.resolveSibling(Files.readSymbolicLink(each));
        }
        return null;
    }

    /**
     * Returns how many bytes to write to the current file: all if they fit, else up to the last line break that fits.
     */
    private int fitting(byte[] bytes, int offset, int length) {
        long room = maxBytes - size;
        if (length <= room || rotated == null) {
            return length;
        }
        for (int i = (int) Math.max(0, room); i > 0; i--) {
            if (bytes[offset + i - 1] == '\n') {
                return i;
            }
        }
        return size > 0 ? 0 : (int) room;
    }

    private void rotate(Path full) throws IOException {
        closeFile();
        if (keep == 0) {
            Files.deleteIfExists(full);
            return;
        }
        for (int i = keep - 1; i >= 0; i--) {
            Path from = i == 0 ? full : full.resolveSibling(full.getFileName() + "." + i);
            if (Files.exists(from)) {
                Files.move(from, full.resolveSibling(full.getFileName() + "." + (i + 1)),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void closeFile() {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                LOG.debug("{}: closing the file failed", path, e);
            }
            out = null;
        }
    }
}
