package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Recycles the arrays of large frames, in classes of doubling size. Otherwise a stream of large frames would walk
 * through the whole young generation, and each fresh page costs more than the copy into it. Thread-safe.
 */
public final class ArrayPool {

    private static final int MIN_CLASS = 14; // 16 KiB
    private static final int MAX_CLASS = 20; // 1 MiB
    private static final int EXTRA = 64; // room for the header of a frame whose payload has a round size
    private static final long MAX_KEPT = Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 32);

    private final Queue<?>[] classes = new Queue<?>[MAX_CLASS + 1];
    private final AtomicLong kept = new AtomicLong();

    ArrayPool() {
        for (int i = MIN_CLASS; i <= MAX_CLASS; i++) {
            classes[i] = new ConcurrentLinkedQueue<byte[]>();
        }
    }

    /** {@return a buffer with this limit and arbitrary content} */
    ByteBuffer buffer(int size) {
        int sizeClass = size <= EXTRA ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(size - EXTRA - 1);
        if (sizeClass < MIN_CLASS || sizeClass > MAX_CLASS) {
            return ByteBuffer.allocate(size);
        }
        byte[] array = (byte[]) classes[sizeClass].poll();
        if (array == null) {
            array = new byte[(1 << sizeClass) + EXTRA];
        } else {
            kept.addAndGet(-array.length);
        }
        return ByteBuffer.wrap(array, 0, size);
    }

    /** Returns a frame's array to the pool. Ignores read-only frames: they are shared and still in use. */
    @SuppressWarnings("unchecked")
    void release(ByteBuffer frame) {
        if (!frame.hasArray()) {
            return;
        }
        byte[] array = frame.array();
        int sizeClass = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(array.length);
        if (sizeClass >= MIN_CLASS && sizeClass <= MAX_CLASS && array.length == (1 << sizeClass) + EXTRA
                && kept.get() < MAX_KEPT) {
            kept.addAndGet(array.length);
            ((Queue<byte[]>) classes[sizeClass]).add(array);
        }
    }
}
