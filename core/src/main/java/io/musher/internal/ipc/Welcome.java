package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * The primary's answer to a valid hello: {@code musher/1 <pid>}. Further fields may follow, each after a space; unknown
 * ones are ignored.
 *
 * @param pid of the primary
 * @param window the receive window of the primary, in bytes
 */
public record Welcome(int version, long pid, long window) {

    /** {@return this welcome as a frame} */
    public ByteBuffer frame() {
        return Frames.control(FrameType.WELCOME, Hello.NAME + version + " " + pid + Window.field(window));
    }

    /**
     * {@return the welcome in a payload}
     *
     * @throws ProtocolException if the payload is malformed or of another protocol version
     */
    public static Welcome parse(ByteBuffer payload) throws ProtocolException {
        String[] fields = Frames.text(payload).split(" ", 3);
        int version = Hello.version(fields[0]);
        if (version != Hello.VERSION || fields.length < 2 || !Frames.isNumber(fields[1], Frames.MAX_DIGITS)) {
            throw new ProtocolException("a welcome that is not in musher/" + Hello.VERSION);
        }
        return new Welcome(version, Long.parseLong(fields[1]), Window.parse(fields.length > 2 ? fields[2] : ""));
    }
}
