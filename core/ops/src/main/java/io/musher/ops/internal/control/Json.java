package io.musher.ops.internal.control;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.message.JsonReader;
import io.musher.internal.message.JsonWriter;
import java.nio.ByteBuffer;
import java.util.Map;

/** Lines of JSON: values as core's messages have them. */
public final class Json {

    private static final int MAX_BYTES = 16 << 20;

    private Json() {}

    /** {@return the value as a line, with its line end} */
    public static byte[] line(Map<String, ?> value) {
        ByteBuffer text = JsonWriter.write(value, 0, MAX_BYTES, ByteBuffer::allocate);
        byte[] line = new byte[text.limit() + 1];
        text.get(0, line, 0, text.limit());
        line[line.length - 1] = '\n';
        return line;
    }

    /**
     * Parses an object.
     *
     * @throws IllegalArgumentException if it is none; the message names the place
     */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(byte[] bytes, int length) {
        @Nullable
        Object value = new JsonReader(bytes, 0, length).value();
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("expected an object such as {\"do\":\"status\"}");
    }
}
