package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * The primary's answer to a good hello: {@code musher/1 <pid>}. After one more space further fields follow, of which those unknown are
 * ignored.
 *
 * @param version of the protocol
 * @param pid of the primary
 * @param window how much of what it is sent may be untaken, in bytes
 */
public record Welcome(int version, long pid, long window) {

    /** {@return the frame} */
    public ByteBuffer frame() {
        return Frames.control(FrameType.WELCOME, Hello.NAME + version + " " + pid + Window.field(window));
    }

    /**
     * {@return the frame's meaning}
     *
     * @param payload of a welcome frame
     * @throws ProtocolException if it is none, or of another version
     */
    public static Welcome parse(ByteBuffer payload) throws ProtocolException {
        String[] fields = Frames.text(payload).split(" ", 3);
        int version = Hello.version(fields[0]);
        if (version != Hello.VERSION || fields.length < 2 || !fields[1].matches("[0-9]{1,18}")) {
            throw new ProtocolException("a welcome that is not in musher/" + Hello.VERSION);
        }
        return new Welcome(version, Long.parseLong(fields[1]), Window.parse(fields.length > 2 ? fields[2] : ""));
    }
}
