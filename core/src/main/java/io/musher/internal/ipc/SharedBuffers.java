package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * The memory that all connections of one loop share.
 *
 * @param in direct, what is read into; holds nothing between two calls
 * @param out direct, what is gathered in to be written; holds nothing between two calls
 * @param spares arrays of large frames
 */
public record SharedBuffers(ByteBuffer in, ByteBuffer out, ArrayPool spares) {

    private static final int SIZE = 128 * 1024;

    /** Allocates both buffers. */
    public SharedBuffers() {
        this(ByteBuffer.allocateDirect(SIZE), ByteBuffer.allocateDirect(SIZE), new ArrayPool());
    }
}
