package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/** Where the frames of one connection go. */
public interface FrameSink {

    /**
     * A header has come.
     *
     * @param type of the frame
     * @param length of its payload
     * @return true to be given the frame, false to have it skipped without being kept
     * @throws ProtocolException if such a frame, or one so long, must not be
     */
    boolean take(int type, int length) throws ProtocolException;

    /**
     * A frame that {@link #take} wanted.
     *
     * @param type of the frame
     * @param sequence 0 in control frames
     * @param payload valid during this call only
     * @throws ProtocolException if the payload is not what the type promises
     */
    void frame(int type, int sequence, ByteBuffer payload) throws ProtocolException;

    /**
     * Checks what holds for every control frame.
     *
     * @param type of the frame
     * @param length of its payload
     * @throws ProtocolException if it is too long
     */
    static void checkControl(int type, int length) throws ProtocolException {
        if (length > Frames.MAX_CONTROL) {
            throw new ProtocolException("a control frame (type " + type + ") of " + length + " bytes, over " + Frames.MAX_CONTROL);
        }
    }
}
