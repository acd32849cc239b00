package io.musher.internal.message;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Parses a JSON text into plain values, records or lists. May be used repeatedly and from any thread.
 *
 * <p>Malformed JSON and values that do not fit the type cause an {@code IllegalArgumentException} that names the place.
 * So does a value that would take more than a quarter of the heap when decoded: 16 MB of JSON may become half a
 * gigabyte of objects.
 */
public final class JsonReader {

    /** The limit on the heap that a decoded value may take, in bytes: a quarter of the heap, but at least 4 MiB. */
    private static final long BUDGET = Math.max(4L << 20, Runtime.getRuntime().maxMemory() / 4);

    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final long budget;

    /**
     * Creates a reader; does not parse yet.
     *
     * @param bytes with the text in UTF-8; not copied
     * @param offset of the first byte
     * @param length in bytes
     */
    public JsonReader(byte[] bytes, int offset, int length) {
        this(bytes, offset, length, BUDGET);
    }

    /** {@code budget} is the memory that the value may take, in bytes, approximately. */
    JsonReader(byte[] bytes, int offset, int length, long budget) {
        this.budget = budget;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /** {@return the value: Map, List, String, Long, BigInteger, Double, Boolean or null} */
    public @Nullable Object value() {
        return read(JsonCursor::value);
    }

    /**
     * {@return the value as this type}
     *
     * @param type of the value
     * @param <T> the type; boxed if {@code type} is primitive
     */
    @SuppressWarnings("unchecked")
    public <T> @Nullable T as(Class<T> type) {
        return (T) read(in -> ValueReader.of(type).read(in));
    }

    /**
     * {@return the value as a list}
     *
     * @param type of its elements
     * @param <T> the type
     */
    @SuppressWarnings("unchecked")
    public <T> List<T> asList(Class<T> type) {
        List<Object> list = new ArrayList<>();
        read(in -> ValueReader.collection(in, "a list", ValueReader.of(type), list));
        return (List<T>) list;
    }

    private @Nullable Object read(Function<JsonCursor, Object> reading) {
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
