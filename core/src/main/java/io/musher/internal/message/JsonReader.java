package io.musher.internal.message;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads a JSON text, as often as asked, from any thread. Whatever is wrong with it or does not fit is an
 * {@code IllegalArgumentException} that says where. So is a value that would take more than a quarter of the heap: sixteen megabytes of JSON may
 * be half a gigabyte of objects.
 */
public final class JsonReader {

    /** What a decoded value may take of the heap; with less than this it is not worth a fight. */
    private static final long BUDGET = Math.max(4L << 20, Runtime.getRuntime().maxMemory() / 4);

    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final long budget;

    /**
     * Reads nothing yet.
     *
     * @param bytes with the text
     * @param offset of its first byte
     * @param length in bytes
     */
    public JsonReader(byte[] bytes, int offset, int length) {
        this(bytes, offset, length, BUDGET);
    }

    /** {@code budget} is how much memory the value may take, in bytes, roughly. */
    JsonReader(byte[] bytes, int offset, int length, long budget) {
        this.budget = budget;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /** {@return the value: Map, List, String, Long, BigInteger, Double, Boolean or null} */
    public Object value() {
        return read(JsonCursor::value);
    }

    /**
     * {@return the value as this type}
     *
     * @param type of the value
     * @param <T> the type; a primitive one gives its box
     */
    @SuppressWarnings("unchecked")
    public <T> T as(Class<T> type) {
        return (T) read(in -> ValueReader.of(type).read(in));
    }

    /**
     * {@return the list}
     *
     * @param type of its elements
     * @param <T> the type
     */
    @SuppressWarnings("unchecked")
    public <T> List<T> asList(Class<T> type) {
        return (List<T>) read(in -> ValueReader.collection(in, "a list", ValueReader.of(type), new ArrayList<>()));
    }

    private Object read(Function<JsonCursor, Object> reading) {
        JsonCursor in = new JsonCursor(bytes, offset, length, budget);
        try {
            Object value = reading.apply(in);
            in.finish();
            return value;
        } catch (MappingException e) {
            throw e.toException();
        }
    }
}
