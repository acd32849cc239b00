package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * The I/O buffers that all connections of one loop share; empty between two uses.
 *
 * @param in direct, for reading
 * @param out direct, for gathering frames into one write
 * @param arrays recycled arrays for large frames
 */
public record SharedBuffers(ByteBuffer in, ByteBuffer out, ArrayPool arrays) {

    private static final int SIZE = 128 * 1024;

    /** Allocates both buffers. */
    public SharedBuffers() {
        this(ByteBuffer.allocateDirect(SIZE), ByteBuffer.allocateDirect(SIZE), new ArrayPool());
    }
}
