package io.musher.internal.ipc;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many bytes of messages one side may leave untaken by the other, and how that is told: as a field of the greetings. */
public final class Window {

    /** What holds where nothing else is said. */
    public static final long DEFAULT = 32L << 20;

    /** Small, but good for more than a hundred small messages. */
    static final long LEAST = 16 * 1024;

    /** Of what is sent: peers that do not know of windows tell in portions of 256 KiB what they have taken. */
    static final long LEAST_SENT = 1 << 20;

    /** Of the heap: messages that come, those among them that are over the windows, and messages that go, may take one such part each. */
    static final int PARTS = 8;

    private static final Pattern FIELD = Pattern.compile("(?:^|.* )window=([1-9][0-9]{0,17})(?: .*|$)");

    private Window() { }

    /** {@return the window of a process with one channel} */
    public static long ofThisJvm() {
        return within(Runtime.getRuntime().maxMemory() / PARTS, LEAST);
    }

    /** {@return a power of two, so that small changes of what it is derived from do not change it} */
    static long within(long bytes, long least) {
        return Math.max(least, Math.min(DEFAULT, Long.highestOneBit(Math.max(bytes, 1))));
    }

    /** {@return what is added to a greeting, with a space before it; nothing for the default} */
    static String field(long window) {
        return window == DEFAULT ? "" : " window=" + window;
    }

    /** {@return what a greeting's further fields say; the default where they do not} */
    static long parse(String fields) {
        Matcher matcher = FIELD.matcher(fields);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : DEFAULT;
    }
}
