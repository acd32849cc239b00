package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One user message: a frame whose payload is the peer's number in four bytes and a body.
 *
 * @param type from {@link FrameType#FIRST_MESSAGE} on
 * @param sequence the number of the request, 0 in a plain message
 * @param peer the other side: on the way to the primary the receiver, on the way to a worker the sender; 0 is the primary
 * @param body JSON in UTF-8, or the bytes that were sent
 */
public record MessageFrame(int type, int sequence, int peer, byte[] body) {

    /** The peer that stands for all other workers. */
    public static final int ALL = -1;

    /** Bytes before the body. */
    public static final int HEADROOM = Frames.HEADER + Integer.BYTES;

    /** What a frame costs of the window besides its payload, so that a million empty messages are not free. */
    private static final int OVERHEAD = 64;

    /** {@return what a frame of such a payload costs of the window} */
    static int cost(int payload) {
        return payload + OVERHEAD;
    }

    /**
     * {@return what a frame says}
     *
     * @param type of the frame
     * @param sequence of the frame
     * @param payload of the frame; copied
     * @throws ProtocolException if it is none
     */
    public static MessageFrame read(int type, int sequence, ByteBuffer payload) throws ProtocolException {
        if (payload.remaining() < Integer.BYTES) {
            throw new ProtocolException("a message of " + payload.remaining() + " bytes, too short to say for whom");
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
     * {@return a frame}
     *
     * @param type of the frame
     * @param sequence of the frame
     * @param peer the other side
     * @param room with the body from {@link #HEADROOM} to its limit; its first bytes are filled in
     */
    public static ByteBuffer frame(int type, int sequence, int peer, ByteBuffer room) {
        return room.putInt(0, room.limit() - Frames.HEADER).put(4, (byte) type).putInt(5, sequence).putInt(Frames.HEADER, peer);
    }

    /** {@return this one as a frame} */
    ByteBuffer frame() {
        return frame(type, sequence, peer, ByteBuffer.allocate(HEADROOM + body.length).put(HEADROOM, body));
    }

    int cost() {
        return cost(Integer.BYTES + body.length);
    }

    /** {@return whether the body is what a {@code byte[]} was sent as} */
    public boolean isBinary() {
        return type == FrameType.BYTES || type == FrameType.ASK_BYTES || type == FrameType.ANSWER_BYTES;
    }

    /** {@return whether an answer is expected} */
    public boolean isRequest() {
        return FrameType.isRequest(type);
    }
}
