package io.musher.internal.process.output;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to a log file that is not a regular file, such as a named pipe (FIFO), a terminal or a device. Opening a pipe
 * blocks until something reads it, and writing blocks while nothing reads, so both happen on a thread of its own. What
 * is not read in time is dropped and counted; a pipe whose reader has left is opened again for the next one. Stays open
 * until {@link #close}, so that a reader sees no end between two workers. Thread safe.
 */
final class PipeWriter {

    private static final Logger LOG = LoggerFactory.getLogger(PipeWriter.class);
    private static final int FILE_TYPE = 0170000;
    private static final int FIFO = 0010000;

    private final Path path;
    private final BoundedHandoff<byte[]> queue;
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable FileChannel channel; // opened by the thread of the queue
    private volatile boolean closed;
    private boolean failureLogged; // thread of the queue only

    PipeWriter(Path path) {
        this.path = path;
        this.queue = new BoundedHandoff<>("log file " + path, this::writeNow);
    }

    /** Blocks for a second at most while nothing reads. */
    void write(byte[] bytes, int offset, int length) {
        queue.offer(Arrays.copyOfRange(bytes, offset, offset + length), length);
    }

    /** {@return the number of bytes that were not written} */
    long dropped() {
        return queue.dropped() + lost.get();
    }

    /** Closes the file when all is written, at the latest after the given time. */
    void close(long millis) {
        if (!queue.close(millis)) {
            closed = true;
            closeChannel(); // ends a write
            if (!endsOpening(millis)) {
                LOG.warn("{}: not closed, because it cannot be opened until something reads it", path);
            }
        }
        closed = true;
        closeChannel();
    }

    /** Lets an open of the pipe return by being its reader for a moment; {@return whether the thread has ended} */
    private boolean endsOpening(long millis) {
        if (!isFifo()) {
            return queue.close(millis);
        }
        try {
            FileChannel reader = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            boolean ended = queue.close(millis);
            reader.close();
            return ended;
        } catch (IOException e) {
            LOG.debug("{}: cannot be read to end the wait for a reader", path, e);
            return queue.close(1);
        }
    }

    private boolean isFifo() {
        try {
            return ((Integer) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == FIFO;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false; // gone, or not Unix
        }
    }

    private void writeNow(byte[] bytes) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        try {
            FileChannel to = channel;
            if (to == null && !closed) {
                to = FileChannel.open(path, StandardOpenOption.APPEND);
                channel = to;
            }
            while (to != null && left.hasRemaining() && !closed) {
                to.write(left);
            }
        } catch (IOException e) {
            closeChannel();
            if (!closed && !failureLogged) {
                failureLogged = true;
                LOG.warn("{}: output of a worker cannot be written and is lost; further failures are not logged", path,
                        e);
            }
        }
        lost.addAndGet(left.remaining());
    }

    private void closeChannel() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("{}: closing the file failed", path, e);
            }
        }
    }
}
