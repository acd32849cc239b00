package io.musher.balancer.internal.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes as a relay's buffers hold them: in native order, anywhere in the buffer, with rubbish around them. */
final class HttpBytes {

    private static final String BEFORE = "\r\n0\r\n\r";
    private static final String AFTER = "\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";

    private HttpBytes() {}

    static int from(int shift) {
        return BEFORE.length() + shift;
    }

    static ByteBuffer buffer(byte[] bytes, boolean direct, int shift) {
        int capacity = BEFORE.length() + shift + bytes.length + AFTER.length();
        ByteBuffer buffer = (direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity))
                .order(ByteOrder.nativeOrder());
        buffer.put(bytes(BEFORE)).put(new byte[shift]).put(bytes).put(bytes(AFTER));
        return buffer;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
