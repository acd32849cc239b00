package io.musher.internal.process.output;

import java.nio.charset.StandardCharsets;

/** Keeps the last 64 KiB of a worker's output in a ring buffer. Thread safe. */
public final class OutputTail {

    public static final int LIMIT = 64 << 10;

    private byte[] ring = new byte[1024];
    private long written;

    synchronized void add(byte[] bytes, int offset, int length) {
        while (ring.length < LIMIT && written + length > ring.length) {
            byte[] larger = new byte[ring.length * 2]; // not wrapped yet, so the contents begin at 0
            System.arraycopy(ring, 0, larger, 0, (int) written);
            ring = larger;
        }
        int skipped = Math.max(0, length - ring.length);
        for (int done = skipped; done < length;) {
            int at = (int) ((written + done) % ring.length);
            int run = Math.min(length - done, ring.length - at);
            System.arraycopy(bytes, offset + done, ring, at, run);
            done += run;
        }
        written += length;
    }

    /** {@return the text; without the incomplete first line if earlier output has been overwritten} */
    public synchronized String text() {
        int length = (int) Math.min(written, ring.length);
        byte[] last = new byte[length];
        for (int i = 0; i < length; i++) {
            last[i] = ring[(int) ((written - length + i) % ring.length)];
        }
        String text = new String(last, StandardCharsets.UTF_8);
        return written > length && text.indexOf('\n') >= 0 ? text.substring(text.indexOf('\n') + 1) : text;
    }
}
