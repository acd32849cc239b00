package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One user message: a frame whose payload is the id of the peer, in four bytes, and a body.
 *
 * @param type at least {@link FrameType#FIRST_MESSAGE}
 * @param sequence the number of the request in requests and replies, else 0
 * @param peer the receiver on the way to the primary, the sender on the way to a worker; 0 is the primary
 * @param body JSON in UTF-8, or raw bytes
 */
public record MessageFrame(int type, int sequence, int peer, byte[] body) {

    /** The peer id that addresses all other workers (broadcast). */
    public static final int ALL = -1;

    /** The bytes before the body. */
    public static final int HEADROOM = FrameHeader.SIZE + Integer.BYTES;

    /** The cost of a frame besides its payload, so that a million empty messages are not free. */
    private static final int OVERHEAD = 64;

    /** {@return the bytes that a message counts against a window} */
    static int cost(int payload) {
        return payload + OVERHEAD;
    }

    /**
     * {@return the message in a frame}
     *
     * @param payload copied
     * @throws ProtocolException if the payload is too short
     */
    public static MessageFrame read(int type, int sequence, ByteBuffer payload) throws ProtocolException {
        if (payload.remaining() < Integer.BYTES) {
            throw new ProtocolException(
                    "a message of " + payload.remaining() + " bytes, too short for the id of its peer");
        }
        int peer = payload.getInt();
        byte[] body = new byte[payload.remaining()];
        payload.get(body);
        return new MessageFrame(type, sequence, peer, body);
    }

    /** {@return the body as text} */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * Fills in the header and the peer before a body that is in place already.
     *
     * @param buffer with the body from {@link #HEADROOM} to its limit
     * @return the same buffer
     */
    public static ByteBuffer frame(int type, int sequence, int peer, ByteBuffer buffer) {
        return FrameHeader.put(buffer, type, sequence).putInt(FrameHeader.SIZE, peer);
    }

    /** {@return this message as a frame} */
    ByteBuffer frame() {
        return frame(type, sequence, peer, ByteBuffer.allocate(HEADROOM + body.length).put(HEADROOM, body));
    }

    int cost() {
        return cost(Integer.BYTES + body.length);
    }

    /** {@return whether the body is raw bytes, not JSON} */
    public boolean isBinary() {
        return type == FrameType.BINARY_MESSAGE || type == FrameType.BINARY_REQUEST || type == FrameType.BINARY_REPLY;
    }

    /** {@return whether a reply is expected} */
    public boolean isRequest() {
        return FrameType.isRequest(type);
    }
}
