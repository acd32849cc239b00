package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * A worker's first frame: {@code musher/1 <token> <pid>}. After one more space further fields follow, of which those unknown are ignored.
 *
 * @param version of the protocol
 * @param token 32 hexadecimal digits, as found in the environment; never printed
 * @param pid of the process that speaks
 * @param window how much of what it is sent may be untaken, in bytes
 */
public record Hello(int version, String token, long pid, long window) {

    /** The version spoken here. */
    public static final int VERSION = 1;

    static final String NAME = "musher/";

    /** {@return the frame} */
    public ByteBuffer frame() {
        return Frames.control(FrameType.HELLO, NAME + version + " " + token + " " + pid + Window.field(window));
    }

    static Hello parse(ByteBuffer payload) throws ProtocolException {
        String[] fields = Frames.text(payload).split(" ", 4);
        int version = version(fields[0]);
        if (version != VERSION) {
            return new Hello(version, "", 0, Window.DEFAULT);
        }
        if (fields.length < 3 || !fields[1].matches("[0-9a-f]{32}") || !fields[2].matches("[0-9]{1,18}")) {
            throw new ProtocolException("a hello without token and pid");
        }
        return new Hello(version, fields[1], Long.parseLong(fields[2]), Window.parse(fields.length > 3 ? fields[3] : ""));
    }

    /** {@return the number in {@code musher/<number>}} */
    static int version(String field) throws ProtocolException {
        if (!field.matches(NAME + "[1-9][0-9]{0,8}")) {
            throw new ProtocolException("a greeting in another language");
        }
        return Integer.parseInt(field.substring(NAME.length()));
    }

    @Override
    public String toString() {
        return NAME + version + " pid " + pid;
    }
}
