package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The arrays of large frames, to be used again: a stream of them would otherwise walk through the whole young generation, and each
 * fresh page costs more than the copy into it. Safe for use by several threads.
 */
public final class ArrayPool {

    private static final int LEAST = 14; // 16 KiB
    private static final int MOST = 20; // 1 MiB
    private static final int EXTRA = 64; // so that a frame of a round size with its header fits its own class
    private static final long MAX_KEPT = Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 32);

    private final Queue<?>[] classes = new Queue<?>[MOST + 1];
    private final AtomicLong kept = new AtomicLong();

    ArrayPool() {
        for (int i = LEAST; i <= MOST; i++) {
            classes[i] = new ConcurrentLinkedQueue<byte[]>();
        }
    }

    /** {@return a buffer of this limit, its content arbitrary} */
    ByteBuffer buffer(int size) {
        int which = size <= EXTRA ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(size - EXTRA - 1);
        if (which < LEAST || which > MOST) {
            return ByteBuffer.allocate(size);
        }
        byte[] spare = (byte[]) classes[which].poll();
        if (spare == null) {
            spare = new byte[(1 << which) + EXTRA];
        } else {
            kept.addAndGet(-spare.length);
        }
        return ByteBuffer.wrap(spare, 0, size);
    }

    /** Takes a frame's array back; a frame that others still need is read-only. */
    @SuppressWarnings("unchecked")
    void release(ByteBuffer frame) {
        if (!frame.hasArray()) {
            return;
        }
        byte[] array = frame.array();
        int which = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(array.length);
        if (which >= LEAST && which <= MOST && array.length == (1 << which) + EXTRA && kept.get() < MAX_KEPT) {
            kept.addAndGet(array.length);
            ((Queue<byte[]>) classes[which]).add(array);
        }
    }
}
