package io.musher.internal.message;

import io.musher.balancer.loop.Nullable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * Encodes values as JSON. Reuses a few writers and their buffers. They are not thread-local, because a thread that
 * belongs to a host application would retain its writer, and with it the class loader of a program that the host has
 * unloaded.
 */
public final class JsonWriter extends JsonOutput {

    static final int MAX_DEPTH = 200;

    private static final int MAX_KEPT = 64 * 1024;
    private static final AtomicReferenceArray<JsonWriter> SPARE = new AtomicReferenceArray<>(16);

    private JsonWriter() {}

    /**
     * {@return a buffer with the JSON text of a value from {@code headroom} to its limit; position 0}
     *
     * @param headroom the number of bytes before the text, for the caller to fill
     * @param maxBody the largest text allowed, in bytes
     * @param allocator creates a buffer with a given limit
     * @throws IllegalArgumentException if the text is too large, or naming the part of the value that cannot be sent,
     *     and its path
     */
    public static ByteBuffer write(Object value, int headroom, int maxBody, IntFunction<ByteBuffer> allocator) {
        int place = (int) Thread.currentThread().getId() & SPARE.length() - 1;
        JsonWriter writer = SPARE.getAndSet(place, null);
        if (writer == null) { // in use, perhaps by this thread: an accessor may send a message
            writer = new JsonWriter();
        }
        try {
            return writer.writeWhole(value, headroom, maxBody, allocator);
        } catch (MappingException e) {
            throw e.toException();
        } finally {
            SPARE.lazySet(place, writer);
        }
    }

    private ByteBuffer writeWhole(Object value, int headroom, int maxBody, IntFunction<ByteBuffer> allocator) {
        at = headroom;
        max = maxBody;
        end = (int) Math.min(Integer.MAX_VALUE - 64L, (long) headroom + maxBody);
        try {
            value(value, 1);
            room(0);
            return allocator.apply(at).put(0, out, 0, at);
        } finally {
            if (out.length > MAX_KEPT) {
                out = new byte[MAX_KEPT];
            }
        }
    }

    void value(@Nullable Object value, int depth) {
        if (value instanceof String text) {
            string(text);
        } else if (value instanceof Integer || value instanceof Long || value instanceof Short
                || value instanceof Byte) {
            number(((Number) value).longValue());
        } else if (value instanceof Double || value instanceof Float) {
            decimal((Number) value);
        } else if (value instanceof Boolean flag) {
            ascii(flag ? "true" : "false");
        } else if (value == null) {
            ascii("null");
        } else {
            structure(value, depth);
        }
    }

    private void structure(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new MappingException("nested deeper than " + MAX_DEPTH + ", or in a circle");
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
            throw new MappingException(value.getClass().getName()
                    + " cannot be sent; supported are null, boolean, number, string, byte[], list, array, "
                    + "collection, map with string keys, record, enum, Optional, UUID, java.time");
        }
    }

    /** {@return whether this is a value of java.time, whose {@code toString} is what its parse method reads} */
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
                    throw new MappingException("a map's key is "
                            + (key == null ? "null" : "a " + key.getClass().getName()) + "; only strings can be sent");
                }
                put(before);
                before = ',';
                string(name);
                put((byte) ':');
                value(entry.getValue(), depth + 1);
            }
        } catch (MappingException e) {
            throw key instanceof String name ? e.in(name) : e;
        } catch (RuntimeException e) {
            throw new MappingException("a " + map.getClass().getName() + " could not be read: " + e, e);
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
        } catch (MappingException e) {
            throw e.in(i);
        } catch (RuntimeException e) {
            throw new MappingException("a " + collection.getClass().getName() + " could not be read: " + e, e);
        }
        closeList(i);
    }

    private void array(Object array, int depth) {
        int length = java.lang.reflect.Array.getLength(array);
        for (int i = 0; i < length; i++) {
            put((byte) (i == 0 ? '[' : ','));
            try {
                value(java.lang.reflect.Array.get(array, i), depth + 1);
            } catch (MappingException e) {
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
}
