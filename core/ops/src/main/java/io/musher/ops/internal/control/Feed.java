package io.musher.ops.internal.control;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * A bounded queue of lines for one client. Publishers never wait: a line that would make more than 256 KiB of unread
 * lines is dropped, and where it would have been the client gets {@code {"gap":n}}. Thread-safe.
 */
public final class Feed implements AutoCloseable {

    static final int MAX_BYTES = 256 << 10;

    private final Queue<byte[]> lines = new ArrayDeque<>();
    private int bytes;
    private long lost;
    private boolean closed;

    /** Adds a line, or counts it as lost. */
    public synchronized void offer(byte[] line) {
        if (closed) {
            return;
        }
        // after a loss nothing is added before the client has caught up: one gap instead of many
        if (lost > 0 || bytes > 0 && bytes + line.length > MAX_BYTES) {
            lost++;
            return;
        }
        lines.add(line);
        bytes += line.length;
        notifyAll();
    }

    /** Counts lines that were lost before they could be offered. */
    public synchronized void addLost(long count) {
        if (count > 0) {
            add(gap(count));
        }
    }

    /**
     * Takes the next line.
     *
     * @return the line; null if there is none within the time, or the feed is closed and empty
     */
    @Nullable
    public synchronized byte[] take(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (lines.isEmpty() && !closed) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        byte[] line = lines.poll();
        bytes -= line == null ? 0 : line.length;
        if (lines.isEmpty() && lost > 0) {
            add(gap(lost));
            lost = 0;
        }
        return line;
    }

    private void add(byte[] line) {
        lines.add(line);
        bytes += line.length;
        notifyAll();
    }

    private static byte[] gap(long count) {
        return Json.line(Map.of("gap", count));
    }

    /** {@return whether nothing will come any more} */
    public synchronized boolean isEnded() {
        return closed && lines.isEmpty();
    }

    /** Ends the feed; what it contains can still be taken. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
