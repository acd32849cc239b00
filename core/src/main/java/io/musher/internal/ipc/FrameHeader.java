package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/** The header of a frame: payload length (4 bytes), type (1 byte), sequence (4 bytes); big-endian. */
final class FrameHeader {

    /** The size of a header, in bytes. */
    static final int SIZE = 9;

    private static final int LENGTH_AT = 0;
    private static final int TYPE_AT = 4;
    private static final int SEQUENCE_AT = 5;

    private FrameHeader() {}

    /**
     * Fills in the header of a frame whose payload is in place, from {@link #SIZE} to the limit of the buffer.
     *
     * @return the same buffer
     */
    static ByteBuffer put(ByteBuffer frame, int type, int sequence) {
        return frame.putInt(LENGTH_AT, frame.limit() - SIZE).put(TYPE_AT, (byte) type).putInt(SEQUENCE_AT, sequence);
    }

    static void putSequence(ByteBuffer frame, int sequence) {
        frame.putInt(SEQUENCE_AT, sequence);
    }

    /** {@return the length of the payload; negative if it does not fit in an int} */
    static int length(ByteBuffer header) {
        return header.getInt(LENGTH_AT);
    }

    static int type(ByteBuffer header) {
        return Byte.toUnsignedInt(header.get(TYPE_AT));
    }

    static int sequence(ByteBuffer header) {
        return header.getInt(SEQUENCE_AT);
    }
}
