package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/** Receives the frames of one connection from its {@link FrameDecoder}. */
public interface FrameSink {

    /**
     * Decides from the header of a frame whether to receive the frame.
     *
     * @param length of the payload, in bytes
     * @return true to receive the frame, false to have it skipped without being stored
     * @throws ProtocolException if a frame of this type or length is not allowed here
     */
    boolean accept(int type, int length) throws ProtocolException;

    /**
     * Handles a frame that {@link #accept} accepted.
     *
     * @param sequence the number of a request or reply, else 0
     * @param payload valid during this call only
     * @throws ProtocolException if the payload is malformed
     */
    void frame(int type, int sequence, ByteBuffer payload) throws ProtocolException;

    /**
     * Checks the length of a control frame.
     *
     * @throws ProtocolException if the payload is longer than {@link Frames#MAX_CONTROL}
     */
    static void checkControl(int type, int length) throws ProtocolException {
        if (length > Frames.MAX_CONTROL) {
            throw new ProtocolException(
                    "a control frame (type " + type + ") of " + length + " bytes, over " + Frames.MAX_CONTROL);
        }
    }
}
