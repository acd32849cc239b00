package io.musher.internal.process.output;

import java.util.Arrays;

/** Splits a stream of bytes into lines. Not thread safe. */
final class LineSplitter {

    /** Receives the lines; the bytes are valid only until the call returns. */
    interface Lines {
        void line(byte[] bytes, int offset, int length);
    }

    /** The longest line in bytes; a longer one is delivered in pieces. */
    static final int MAX_LINE = 64 << 10;

    private final Lines lines;
    private byte[] rest = new byte[256];
    private int length;

    LineSplitter(Lines lines) {
        this.lines = lines;
    }

    void add(byte[] bytes, int offset, int count) {
        int from = offset;
        for (int i = offset; i < offset + count; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, from, i - from);
                emit();
                from = i + 1;
            }
        }
        keep(bytes, from, offset + count - from);
    }

    /** Ends the stream and delivers a last line without a line break. */
    void end() {
        if (length > 0) {
            emit();
        }
    }

    private void keep(byte[] bytes, int offset, int count) {
        for (int done = 0; done < count;) {
            int run = Math.min(count - done, MAX_LINE - length);
            if (length + run > rest.length) {
                rest = Arrays.copyOf(rest, Math.min(MAX_LINE, Math.max(length + run, rest.length * 2)));
            }
            System.arraycopy(bytes, offset + done, rest, length, run);
            length += run;
            done += run;
            if (length == MAX_LINE && done < count) {
                emit();
            }
        }
    }

    private void emit() {
        int end = length > 0 && rest[length - 1] == '\r' ? length - 1 : length;
        length = 0;
        lines.line(rest, 0, end);
    }
}
