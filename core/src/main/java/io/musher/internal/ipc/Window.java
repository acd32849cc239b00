package io.musher.internal.ipc;

/**
 * Sizes of message windows (backpressure), and their encoding as a field of hello and welcome. A receive window is the
 * number of bytes of messages that a process accepts before its listeners have processed them and it has acknowledged
 * them.
 */
public final class Window {

    /** The window of a peer that does not announce one. */
    public static final long DEFAULT = 32L << 20;

    /** The smallest receive window: room for more than a hundred small messages. */
    static final long MIN = 16 * 1024;

    /**
     * The smallest limit of a send window: peers that do not know the window field acknowledge in portions of 256 KiB.
     */
    static final long MIN_SEND = 1 << 20;

    /**
     * The divisor of the heap. Three uses get one such part each: received messages within windows, received messages
     * beyond windows (the pool of {@link ReceiveBudget}), and sent messages.
     */
    static final int PARTS = 8;

    private static final String NAME = "window=";

    private Window() {}

    /** {@return the window of a process with a single channel, which is a worker} */
    public static long ofThisJvm() {
        return within(Runtime.getRuntime().maxMemory() / PARTS, MIN);
    }

    /**
     * {@return {@code bytes} within limits, rounded down to a power of two, so that small changes do not change the
     * window}
     */
    static long within(long bytes, long min) {
        return Math.max(min, Math.min(DEFAULT, Long.highestOneBit(Math.max(bytes, 1))));
    }

    /** {@return the field for a hello or welcome, with a leading space; empty for the default} */
    static String field(long window) {
        return window == DEFAULT ? "" : " " + NAME + window;
    }

    /** {@return the window in the further fields of a hello or welcome, or the default} */
    static long parse(String fields) {
        long window = DEFAULT;
        for (String field : fields.split(" ")) {
            String value = field.startsWith(NAME) ? field.substring(NAME.length()) : "";
            window = Frames.isPositive(value, Frames.MAX_DIGITS) ? Long.parseLong(value) : window;
        }
        return window;
    }
}
