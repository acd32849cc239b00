package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Encodes control frames and decodes their payloads, which are short texts. */
public final class Frames {

    /** The largest payload of a control frame, in bytes. */
    public static final int MAX_CONTROL = 1024;

    private static final int MAX_SHOWN = 120;

    /** More than any number that a frame carries has; a long holds as many. */
    static final int MAX_DIGITS = 18;

    private Frames() {}

    /**
     * {@return a control frame without a payload}
     *
     * @param type one of {@link FrameType}
     */
    public static ByteBuffer control(int type) {
        return control(type, "");
    }

    /**
     * {@return a control frame with a text payload}
     *
     * @param type one of {@link FrameType}
     * @param text truncated to {@link #MAX_CONTROL} bytes
     */
    public static ByteBuffer control(int type, String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(payload.length, MAX_CONTROL);
        while (length < payload.length && isContinuation(payload[length])) {
            length--; // no half character
        }
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.SIZE + length);
        return FrameHeader.put(frame.put(FrameHeader.SIZE, payload, 0, length), type, 0);
    }

    private static boolean isContinuation(byte utf8) {
        return (utf8 & 0xC0) == 0x80;
    }

    /** {@return the payload as text} */
    static String text(ByteBuffer payload) throws ProtocolException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(payload).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("a payload that is not UTF-8");
        }
    }

    /** {@return an arbitrary payload as one printable log line, truncated} */
    public static String shown(ByteBuffer payload) {
        String text = StandardCharsets.UTF_8.decode(payload).toString();
        String line = text.codePoints().limit(MAX_SHOWN)
                .map(c -> Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '.' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        return line.length() < text.length() ? line + "…" : line;
    }

    /**
     * {@return whether a text is a decimal number of some digits} Not by a regular expression: the first one of a JVM
     * would take a worker milliseconds while it starts.
     */
    static boolean isNumber(String text, int maxDigits) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= maxDigits;
    }

    /** {@return the same of a number that does not begin with 0} */
    static boolean isPositive(String text, int maxDigits) {
        return isNumber(text, maxDigits) && text.charAt(0) != '0';
    }

    /**
     * {@return the positive decimal number in a payload}
     *
     * @param max the largest number allowed
     * @param subject what the frame is about, for the error message
     * @param kind what the number stands for, for the error message
     * @throws ProtocolException if the payload is not such a number
     */
    public static long number(ByteBuffer payload, long max, String subject, String kind) throws ProtocolException {
        String text = text(payload);
        if (isPositive(text, MAX_DIGITS) && Long.parseLong(text) <= max) {
            return Long.parseLong(text);
        }
        throw new ProtocolException(
                subject + " '" + shown(StandardCharsets.UTF_8.encode(text)) + "', which is not a " + kind);
    }
}
