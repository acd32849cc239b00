package io.musher.internal.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Searches a JSON string for special bytes, eight at a time: quotes, backslashes, control characters, and bytes that
 * are not ASCII.
 */
final class JsonStringScanner {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private JsonStringScanner() {}

    /** {@return the index of the first special byte from {@code at} on, or {@code end}} */
    static int end(byte[] in, int at, int end) {
        return endOr('"', in, at, end);
    }

    /** {@return the index of the first special byte, or of {@code another}, from {@code at} on, or {@code end}} */
    static int endOr(char another, byte[] in, int at, int end) {
        long others = ONES * another;
        int i = at;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            long eight = (long) EIGHT.get(in, i);
            long special = (eight | eight - SPACES | zeros(eight ^ QUOTES) | zeros(eight ^ BACKSLASHES)
                    | zeros(eight ^ others)) & TOPS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        while (i < end && in[i] >= ' ' && in[i] != '"' && in[i] != '\\' && in[i] != another) {
            i++;
        }
        return i;
    }

    /**
     * {@return the top bit of every byte that is zero} Exact for the lowest such byte only: above it, a borrow may set
     * the top bit of other bytes as well.
     */
    private static long zeros(long eight) {
        return eight - ONES & ~eight;
    }
}
