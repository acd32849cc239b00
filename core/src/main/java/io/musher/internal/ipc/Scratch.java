package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * The direct buffers that all connections of one loop share; they hold nothing between two calls.
 *
 * @param in what is read into
 * @param out what is gathered in to be written
 */
public record Scratch(ByteBuffer in, ByteBuffer out) {

    private static final int SIZE = 128 * 1024;

    /** Allocates both. */
    public Scratch() {
        this(ByteBuffer.allocateDirect(SIZE), ByteBuffer.allocateDirect(SIZE));
    }
}
