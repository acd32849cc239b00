package io.musher.internal.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the bytes of a string that are not just themselves in JSON, eight at a time: quotes, backslashes, control characters, and what is no
 * ASCII.
 */
final class JsonStringScanner {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private JsonStringScanner() { }

    /** {@return the first such byte from {@code at} on, or {@code end}} */
    static int end(byte[] in, int at, int end) {
        return endOr('"', in, at, end);
    }

    /** {@return the first such byte, or this one, from {@code at} on, or {@code end}} */
    static int endOr(char another, byte[] in, int at, int end) {
        long others = ONES * another;
        int i = at;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            long eight = (long) EIGHT.get(in, i);
            long special = (eight | eight - SPACES | zeros(eight ^ QUOTES) | zeros(eight ^ BACKSLASHES) | zeros(eight ^ others)) & TOPS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        while (i < end && in[i] >= ' ' && in[i] != '"' && in[i] != '\\' && in[i] != another) {
            i++;
        }
        return i;
    }

    /** Top bits where bytes are zero; above the lowest one also where they are not, by a borrow. */
    private static long zeros(long eight) {
        return eight - ONES & ~eight;
    }
}
