package io.musher.internal.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of JSON text, with methods to append numbers and strings. */
abstract class JsonOutput {

    private static final int LONG_TEXT = 128;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SMALLEST_LONG = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    byte[] out = new byte[512];
    int at;
    int end;
    int max;

    void number(long number) {
        if (number == Long.MIN_VALUE) {
            bytes(SMALLEST_LONG);
            return;
        }
        room(20);
        if (number < 0) {
            out[at++] = '-';
        }
        long rest = Math.abs(number);
        int length = 1;
        for (long power = 10; length < 19 && rest >= power; power *= 10) {
            length++;
        }
        for (int i = at + length - 1; i >= at; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        at += length;
    }

    void decimal(Number number) {
        if (!Double.isFinite(number.doubleValue())) {
            throw new MappingException(number + " cannot be sent: JSON has no such number");
        }
        ascii(number.toString());
    }

    void decimal(double number) {
        if (!Double.isFinite(number)) {
            throw new MappingException(number + " cannot be sent: JSON has no such number");
        }
        ascii(Double.toString(number));
    }

    void digits(String number) {
        if (number.length() > JsonTokens.MAX_NUMBER) {
            throw new MappingException("a number of " + number.length() + " characters cannot be sent; the limit is "
                    + JsonTokens.MAX_NUMBER);
        }
        ascii(number);
    }

    void string(String text) {
        int length = text.length();
        if (length >= LONG_TEXT) {
            longString(text);
            return;
        }
        room(length + 2);
        out[at++] = '"';
        int i = 0;
        int to = at;
        for (char c; i < length && (c = text.charAt(i)) < 0x80 && c >= 0x20 && c != '"' && c != '\\'; i++) {
            out[to++] = (byte) c;
        }
        at = to;
        if (i < length) {
            rest(text, i);
        }
        put((byte) '"');
    }

    /**
     * Encodes a long string by the JDK, which is faster than a loop, and then searches the bytes for characters to
     * escape.
     */
    private void longString(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        put((byte) '"');
        if (utf8.length == text.length()) {
            int plain = plain(text, utf8);
            bytes(utf8, 0, plain);
            if (plain < utf8.length) {
                rest(text, plain);
            }
        } else {
            rest(text, 0);
        }
        put((byte) '"');
    }

    /** {@return the number of leading bytes to copy unescaped} A question mark may replace an unpaired surrogate. */
    private static int plain(String text, byte[] utf8) {
        int i = 0;
        while ((i = JsonStringScanner.endOr('?', utf8, i, utf8.length)) < utf8.length && utf8[i] == '?'
                && text.charAt(i) == '?') {
            i++;
        }
        return i;
    }

    private void rest(String text, int from) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            room(length - i); // at least one byte per character
            room(6);
            if (c == '"' || c == '\\') {
                out[at++] = '\\';
                out[at++] = (byte) c;
            } else if (c < 0x20) {
                escape(c);
            } else if (c < 0x80) {
                out[at++] = (byte) c;
            } else if (c < 0x800) {
                out[at++] = (byte) (0xc0 | c >> 6);
                out[at++] = (byte) (0x80 | c & 0x3f);
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                out[at++] = (byte) (0xf0 | point >> 18);
                out[at++] = (byte) (0x80 | point >> 12 & 0x3f);
                out[at++] = (byte) (0x80 | point >> 6 & 0x3f);
                out[at++] = (byte) (0x80 | point & 0x3f);
            } else if (Character.isSurrogate(c)) {
                escape(c); // an unpaired surrogate has no UTF-8 encoding
            } else {
                out[at++] = (byte) (0xe0 | c >> 12);
                out[at++] = (byte) (0x80 | c >> 6 & 0x3f);
                out[at++] = (byte) (0x80 | c & 0x3f);
            }
        }
    }

    private void escape(char c) {
        out[at++] = '\\';
        out[at++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            out[at++] = HEX[c >> shift & 15];
        }
    }

    void ascii(String text) {
        int length = text.length();
        room(length);
        for (int i = 0; i < length; i++) {
            out[at + i] = (byte) text.charAt(i);
        }
        at += length;
    }

    void bytes(byte[] bytes) {
        bytes(bytes, 0, bytes.length);
    }

    private void bytes(byte[] bytes, int from, int length) {
        room(length);
        System.arraycopy(bytes, from, out, at, length);
        at += length;
    }

    void put(byte b) {
        room(1);
        out[at++] = b;
    }

    /**
     * Makes room for at least {@code n} bytes. Fails when the text is over the limit, perhaps only after some excess
     * bytes.
     */
    void room(int n) {
        if (at > end || n > end - at + 32) {
            throw new MappingException("larger than maxMessageSize, " + max + " bytes");
        }
        if (at + n > out.length) {
            out = Arrays.copyOf(out, (int) Math.max((long) at + n, Math.min(2L * out.length, end + 64L)));
        }
    }
}
