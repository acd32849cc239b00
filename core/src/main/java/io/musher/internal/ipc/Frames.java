package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Makes control frames, and reads their payloads, which are short texts. */
public final class Frames {

    /** Bytes before the payload: its length in 4, the type in 1, the sequence in 4; big endian. */
    public static final int HEADER = 9;

    /** The largest payload of a control frame. */
    public static final int MAX_CONTROL = 1024;

    private static final int SHOWN = 120;

    private Frames() { }

    /**
     * {@return a control frame without a payload}
     *
     * @param type one of {@link FrameType}
     */
    public static ByteBuffer control(int type) {
        return control(type, "");
    }

    /**
     * {@return a control frame}
     *
     * @param type one of {@link FrameType}
     * @param text its payload; what is over {@link #MAX_CONTROL} bytes is cut off
     */
    public static ByteBuffer control(int type, String text) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + MAX_CONTROL).position(HEADER);
        StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text), frame, true);
        int length = frame.position() - HEADER;
        return frame.putInt(0, length).put(4, (byte) type).putInt(5, 0).flip();
    }

    /** {@return the payload as text} */
    static String text(ByteBuffer payload) throws ProtocolException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(payload).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("a payload that is not UTF-8");
        }
    }

    /** {@return a payload of whatever bytes, fit to be logged in one line} */
    public static String shown(ByteBuffer payload) {
        String text = StandardCharsets.UTF_8.decode(payload).toString();
        String line = text.codePoints().limit(SHOWN).map(c -> Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '.' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        return line.length() < text.length() ? line + "…" : line;
    }

    /** {@return the port that a listening frame names} */
    static int port(ByteBuffer payload) throws ProtocolException {
        return (int) number(payload, 65535, "listening on", "port");
    }

    /**
     * {@return the number that is a payload, from 1}
     *
     * @param payload in decimal digits
     * @param max the largest that is allowed
     * @param said what the frame is about, for the error
     * @param kind what the number is, for the error
     * @throws ProtocolException if it is none
     */
    public static long number(ByteBuffer payload, long max, String said, String kind) throws ProtocolException {
        String text = text(payload);
        if (text.matches("[1-9][0-9]{0,17}") && Long.parseLong(text) <= max) {
            return Long.parseLong(text);
        }
        throw new ProtocolException(said + " '" + shown(StandardCharsets.UTF_8.encode(text)) + "', which is no " + kind);
    }
}
