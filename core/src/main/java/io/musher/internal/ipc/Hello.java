package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * The first frame of a worker: {@code musher/1 <token> <pid>}. Further fields may follow, each after a space; unknown
 * ones are ignored.
 *
 * @param token 32 hexadecimal digits from the environment of the worker; never printed
 * @param pid of the process that connects
 * @param window the receive window of the worker, in bytes
 */
public record Hello(int version, String token, long pid, long window) {

    /** The protocol version implemented here. */
    public static final int VERSION = 1;

    static final String NAME = "musher/";

    /** {@return this hello as a frame} */
    public ByteBuffer frame() {
        return Frames.control(FrameType.HELLO, NAME + version + " " + token + " " + pid + Window.field(window));
    }

    static Hello parse(ByteBuffer payload) throws ProtocolException {
        String[] fields = Frames.text(payload).split(" ", 4);
        int version = version(fields[0]);
        if (version != VERSION) {
            return new Hello(version, "", 0, Window.DEFAULT);
        }
        if (fields.length < 3 || !fields[1].matches("[0-9a-f]{32}") || !Frames.isNumber(fields[2], Frames.MAX_DIGITS)) {
            throw new ProtocolException("a hello without a valid token and pid");
        }
        return new Hello(version, fields[1], Long.parseLong(fields[2]),
                Window.parse(fields.length > 3 ? fields[3] : ""));
    }

    /** {@return the number in {@code musher/<number>}} */
    static int version(String field) throws ProtocolException {
        String version = field.startsWith(NAME) ? field.substring(NAME.length()) : "";
        if (!Frames.isPositive(version, 9)) {
            throw new ProtocolException("a greeting that does not begin with musher/<version>");
        }
        return Integer.parseInt(version);
    }

    @Override
    public String toString() {
        return NAME + version + " pid " + pid;
    }
}
