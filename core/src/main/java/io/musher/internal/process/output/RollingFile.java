package io.musher.internal.process.output;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log file with rotation by size: a full file is renamed to {@code .1}, {@code .1} to {@code .2} and so on, at line
 * breaks where possible. The file is open while it has writers. Only a regular file is rotated: a device, a pipe or a
 * symbolic link, such as {@code /dev/null} and {@code /dev/stdout}, is written to and never renamed or deleted. If the
 * disk fails, output is lost, but the worker is not affected. Thread safe.
 */
public final class RollingFile {

    private static final Logger LOG = LoggerFactory.getLogger(RollingFile.class);

    /** How long the end waits for a write: that to a pipe returns only when something reads it. */
    private static final long CLOSE_MILLIS = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Path path;
    private final long maxBytes;
    private final int keep;
    private @Nullable OutputStream out;
    private long size;
    private boolean rotates;
    private int writers;
    private boolean failureLogged;

    /** Creates a file that is opened when it is written to. */
    public RollingFile(Path path, long maxBytes, int keep) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.keep = keep;
    }

    public void addWriter() {
        lock.lock();
        writers++;
        lock.unlock();
    }

    /** The last writer closes the file, unless a write to it does not return. */
    public void removeWriter() {
        try {
            if (!lock.tryLock() && !lock.tryLock(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: not closed, because a write to it does not return; does nothing read it?", path);
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (--writers == 0) {
                closeFile();
            }
        } finally {
            lock.unlock();
        }
    }

    public void write(byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            for (int done = 0; done < length;) {
                if (out == null) {
                    Files.createDirectories(path.toAbsolutePath().getParent());
                    boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
                    rotates = !exists || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
                    size = exists && rotates ? Files.size(path) : 0;
                    out = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
                int count = fitting(bytes, offset + done, length - done);
                out.write(bytes, offset + done, count);
                size += count;
                done += count;
                if (rotates && (done < length || size >= maxBytes)) {
                    rotate();
                }
            }
        } catch (IOException e) {
            closeFile();
            if (!failureLogged) {
                failureLogged = true;
                LOG.warn("{}: output of a worker cannot be written and is lost; further failures are not logged", path,
                        e);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns how many bytes to write to the current file: all if they fit, else up to the last line break that fits.
     */
    private int fitting(byte[] bytes, int offset, int length) {
        long room = maxBytes - size;
        if (length <= room || !rotates) {
            return length;
        }
        for (int i = (int) Math.max(0, room); i > 0; i--) {
            if (bytes[offset + i - 1] == '\n') {
                return i;
            }
        }
        return size > 0 ? 0 : (int) room;
    }

    private void rotate() throws IOException {
        closeFile();
        if (keep == 0) {
            Files.deleteIfExists(path);
            return;
        }
        for (int i = keep - 1; i >= 0; i--) {
            Path from = i == 0 ? path : path.resolveSibling(path.getFileName() + "." + i);
            if (Files.exists(from)) {
                Files.move(from, path.resolveSibling(path.getFileName() + "." + (i + 1)),
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
