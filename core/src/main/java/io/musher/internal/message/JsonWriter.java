package io.musher.internal.message;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/**
 * Writes one value as JSON. Each thread has a writer, whose buffer is used again and again.
 */
public final class JsonWriter {

    static final int MAX_DEPTH = 200;

    private static final int KEPT = 64 * 1024;
    private static final int LONG_TEXT = 128;
    private static final ThreadLocal<JsonWriter> MINE = ThreadLocal.withInitial(JsonWriter::new);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SMALLEST_LONG = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    private byte[] out = new byte[512];
    private int at;
    private int end;
    private int max;
    private boolean busy;

    private JsonWriter() { }

    /**
     * {@return a buffer with the JSON text from {@code headroom} to its limit; position 0}
     *
     * @param value whatever a message can be
     * @param headroom bytes before the text, for the caller to fill
     * @param maxBody the largest text, in bytes
     * @param room makes a buffer of a limit
     * @throws IllegalArgumentException naming what cannot be sent and where it is, or that it is too large
     */
    public static ByteBuffer write(Object value, int headroom, int maxBody, IntFunction<ByteBuffer> room) {
        JsonWriter writer = MINE.get();
        if (writer.busy) { // an accessor of the value sends a message itself
            writer = new JsonWriter();
        }
        writer.busy = true;
        try {
            return writer.writeWhole(value, headroom, maxBody, room);
        } catch (Misfit e) {
            throw e.told();
        } finally {
            writer.busy = false;
        }
    }

    private ByteBuffer writeWhole(Object value, int headroom, int maxBody, IntFunction<ByteBuffer> room) {
        at = headroom;
        max = maxBody;
        end = (int) Math.min(Integer.MAX_VALUE - 64L, (long) headroom + maxBody);
        try {
            value(value, 1);
            room(0);
            return room.apply(at).put(0, out, 0, at);
        } finally {
            if (out.length > KEPT) {
                out = new byte[KEPT];
            }
        }
    }

    void value(Object value, int depth) {
        if (value instanceof String text) {
            string(text);
        } else if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            number(((Number) value).longValue());
        } else if (value instanceof Double || value instanceof Float) {
            decimal((Number) value);
        } else if (value instanceof Boolean truth) {
            ascii(truth ? "true" : "false");
        } else if (value == null) {
            ascii("null");
        } else {
            structure(value, depth);
        }
    }

    private void structure(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Misfit("nested deeper than " + MAX_DEPTH + ", or in a circle");
        }
        if (value instanceof Record) {
            RecordWriter.of(value.getClass()).write(this, value, depth);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof Collection<?> collection) {
            collection(collection, depth);
        } else if (value.getClass().isArray()) {
            array(value, depth);
        } else if (value instanceof Enum<?> constant) {
            string(constant.name());
        } else if (value instanceof Optional<?> optional) {
            value(optional.orElse(null), depth + 1);
        } else {
            scalar(value);
        }
    }

    private void scalar(Object value) {
        if (value instanceof CharSequence || value instanceof Character || value instanceof UUID || isTime(value)) {
            string(value.toString());
        } else if (value instanceof BigInteger || value instanceof BigDecimal) {
            digits(value.toString());
        } else if (value instanceof AtomicInteger || value instanceof AtomicLong) {
            number(((Number) value).longValue());
        } else if (value instanceof OptionalInt optional) {
            value(optional.isPresent() ? optional.getAsInt() : null, 1);
        } else if (value instanceof OptionalLong optional) {
            value(optional.isPresent() ? optional.getAsLong() : null, 1);
        } else if (value instanceof OptionalDouble optional) {
            value(optional.isPresent() ? optional.getAsDouble() : null, 1);
        } else {
            throw new Misfit(value.getClass().getName() + " cannot be sent; what can is null, boolean, number, string, byte[], list, array, "
                    + "collection, map with string keys, record, enum, Optional, UUID, java.time");
        }
    }

    /** All values of java.time print as what its parse methods read. */
    private static boolean isTime(Object value) {
        return value.getClass().getPackageName().equals("java.time") && value instanceof Comparable
                || value instanceof java.time.ZoneId || value instanceof java.time.Period;
    }

    private void map(Map<?, ?> map, int depth) {
        byte before = '{';
        Object key = null;
        try {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                key = entry.getKey();
                if (!(key instanceof String name)) {
                    throw new Misfit("a map's key is " + (key == null ? "null" : "a " + key.getClass().getName()) + "; only strings can be sent");
                }
                put(before);
                before = ',';
                string(name);
                put((byte) ':');
                value(entry.getValue(), depth + 1);
            }
        } catch (Misfit e) {
            throw key instanceof String name ? e.in(name) : e;
        } catch (RuntimeException e) {
            throw new Misfit("a " + map.getClass().getName() + " could not be read: " + e, e);
        }
        if (before == '{') {
            put(before);
        }
        put((byte) '}');
    }

    private void collection(Collection<?> collection, int depth) {
        int i = 0;
        try {
            for (Object element : collection) {
                put((byte) (i == 0 ? '[' : ','));
                value(element, depth + 1);
                i++;
            }
        } catch (Misfit e) {
            throw e.in(i);
        } catch (RuntimeException e) {
            throw new Misfit("a " + collection.getClass().getName() + " could not be read: " + e, e);
        }
        closeList(i);
    }

    private void array(Object array, int depth) {
        int length = java.lang.reflect.Array.getLength(array);
        for (int i = 0; i < length; i++) {
            put((byte) (i == 0 ? '[' : ','));
            try {
                value(java.lang.reflect.Array.get(array, i), depth + 1);
            } catch (Misfit e) {
                throw e.in(i);
            }
        }
        closeList(length);
    }

    private void closeList(int length) {
        if (length == 0) {
            put((byte) '[');
        }
        put((byte) ']');
    }

    // ---- tokens

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

    private void decimal(Number number) {
        if (!Double.isFinite(number.doubleValue())) {
            throw new Misfit(number + " cannot be sent: JSON has no such number");
        }
        ascii(number.toString());
    }

    void decimal(double number) {
        if (!Double.isFinite(number)) {
            throw new Misfit(number + " cannot be sent: JSON has no such number");
        }
        ascii(Double.toString(number));
    }

    private void digits(String number) {
        if (number.length() > JsonCursor.MAX_NUMBER) {
            throw new Misfit("a number of " + number.length() + " characters cannot be sent; the limit is " + JsonCursor.MAX_NUMBER);
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

    /** The JDK encodes long strings faster than a loop does; what has to be escaped is then rarely there, and looked for in its bytes. */
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

    /** {@return how much of it stays as it is; a question mark may stand for half of a surrogate pair} */
    private static int plain(String text, byte[] utf8) {
        int i = 0;
        while ((i = Plain.endOr('?', utf8, i, utf8.length)) < utf8.length && utf8[i] == '?' && text.charAt(i) == '?') {
            i++;
        }
        return i;
    }

    private void rest(String text, int from) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            room(length - i); // at least
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
                escape(c); // one alone has no UTF-8
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

    /** Makes room for at least so much; what is past the limit was written in vain. */
    private void room(int n) {
        if (at > end || n > end - at + 32) {
            throw new Misfit("larger than maxFrame, " + max + " bytes");
        }
        if (at + n > out.length) {
            out = Arrays.copyOf(out, (int) Math.max((long) at + n, Math.min(2L * out.length, end + 64L)));
        }
    }
}
