package io.musher.it;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * What a client of {@link OpenLoopLoad} asks for, and the answer to the last byte; {@link LoadTestWorker} serves it.
 */
enum LoadRequest {
    SMALL("GET", "/small", new byte[0], bytes(100)),
    /** Takes the server 50 ms. */
    SLOW("GET", "/slow", new byte[0], bytes(100)),
    BIG("GET", "/big", new byte[0], bytes(1 << 20)),
    UPLOAD("POST", "/upload", bytes(1 << 20), checksum(bytes(1 << 20)));

    final String path;
    final byte[] answer;
    private final String method;
    private final byte[] body;

    LoadRequest(String method, String path, byte[] body, byte[] answer) {
        this.method = method;
        this.path = path;
        this.body = body;
        this.answer = answer;
    }

    byte[] head(boolean last) {
        return (method + " " + path + " HTTP/1.1\r\nHost: shop\r\n"
                + (body.length > 0 ? "Content-Length: " + body.length + "\r\n" : "")
                + (last ? "Connection: close\r\n" : "") + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    byte[] body() {
        return body;
    }

    /** Bytes that tell their place. */
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }

    static byte[] checksum(byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(body);
        return (body.length + " " + sum.getValue()).getBytes(StandardCharsets.US_ASCII);
    }
}
