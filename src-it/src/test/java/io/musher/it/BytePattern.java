package io.musher.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** An endless stream of known bytes, quick to make and to check: bytes lost, doubled or out of order do not fit. */
final class BytePattern {

    /** A prime, so that no buffer's size is a multiple of it. */
    private static final int PERIOD = 65_521;
    private static final int CHUNK = 64 * 1024;
    private static final byte[] BYTES = bytes();

    private BytePattern() {}

    /** Writes the bytes from one position of the stream to another. */
    static void write(OutputStream out, long from, long to) throws IOException {
        for (long at = from; at < to; at += CHUNK) {
            out.write(BYTES, (int) (at % PERIOD), (int) Math.min(CHUNK, to - at));
        }
    }

    /** Reads as many bytes, and throws unless they are these. */
    static void expect(InputStream in, long from, long to) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (long at = from; at < to;) {
            int n = in.read(chunk, 0, (int) Math.min(CHUNK, to - at));
            if (n < 0) {
                throw new AssertionError("the stream ended after " + at + " of " + to + " bytes");
            }
            int start = (int) (at % PERIOD);
            int wrong = Arrays.mismatch(chunk, 0, n, BYTES, start, start + n);
            if (wrong >= 0) {
                throw new AssertionError("a wrong byte at " + (at + wrong));
            }
            at += n;
        }
    }

    private static byte[] bytes() {
        byte[] bytes = new byte[PERIOD + CHUNK];
        for (int i = 0; i < bytes.length; i++) {
            // A generator of the multiplicative group: every position of a period looks different from its neighbours.
            bytes[i] = (byte) ((i % PERIOD) * 0x9E3779B1L >>> 13);
        }
        return bytes;
    }
}
