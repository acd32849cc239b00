package io.musher.internal.process.launch;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Determines a worker's maximum heap ({@code -Xmx}) and the inherited flags that conflict with it: a JVM whose flags
 * contradict each other does not start.
 *
 * @param max bytes; 0 when the JVM or the flags given for workers decide
 * @param drops matches the inherited flags that conflict with the maximum
 * @param why the origin of the maximum, for the log
 */
record HeapFlags(long max, Predicate<String> drops, String why) {

    private static final Pattern MAX = Pattern.compile("(?:-Xmx|-XX:MaxHeapSize=)(\\d+)([kKmMgGtT]?)");
    /** Sizes that must not exceed the maximum, or the JVM does not start. */
    private static final Pattern NOT_ABOVE_MAX = Pattern
            .compile("(?:-Xms|-XX:(?:InitialHeapSize|MinHeapSize|SoftMaxHeapSize)=)(\\d+)([kKmMgGtT]?)");
    private static final Pattern RAM_FLAG = Pattern.compile(
            "-XX:(MaxRAMPercentage|MinRAMPercentage|InitialRAMPercentage|MaxRAMFraction|MinRAMFraction"
                    + "|InitialRAMFraction|MaxRAM)=(.*)");

    /**
     * {@return the heap flags of a worker}
     *
     * @param share the worker's share of the machine
     * @param inherited the flags of this JVM, from all sources
     * @param wanted the flags given for workers, by arguments or environment
     */
    static HeapFlags of(JvmShare share, List<String> inherited, List<String> wanted) {
        String given = null;
        for (String flag : wanted) {
            given = MAX.matcher(flag).matches() || RAM_FLAG.matcher(flag).matches() ? flag : given;
        }
        if (given != null) {
            return new HeapFlags(0, HeapFlags::isAny, "heap as set by " + given + " of the workers' flags");
        }
        if (share.heap() <= 0) {
            return new HeapFlags(0, flag -> false, "its JVM's default heap");
        }
        long within = largest(NOT_ABOVE_MAX, wanted);
        long own = last(MAX, inherited);
        long limit = Math.max(own > 0 ? share.maxHeap() : share.heap(), within);
        boolean keepsOwn = own > 0 && own <= limit && own >= within;
        long max = keepsOwn ? own : limit;
        String why = keepsOwn ? "as this process's own"
                : limit == within && within > share.heap() ? "as the workers' flags need"
                        : own > 0 ? "this process's own does not fit that many times" : share.why();
        return new HeapFlags(max, flag -> MAX.matcher(flag).matches() || RAM_FLAG.matcher(flag).matches()
                || largest(NOT_ABOVE_MAX, List.of(flag)) > max, "heap " + (max >> 20) + " MiB (" + why + ")");
    }

    /** {@return the {@code -Xmx} flag; empty when the maximum is not set here} */
    List<String> added() {
        return max <= 0 ? List.of() : List.of("-Xmx" + (max % (1 << 20) == 0 ? (max >> 20) + "m" : Long.toString(max)));
    }

    /** {@return the last {@code MaxRAMPercentage}, or 0} */
    static double percentage(List<String> flags) {
        double percentage = 0;
        for (String flag : flags) {
            Matcher matcher = RAM_FLAG.matcher(flag);
            if (matcher.matches() && matcher.group(1).equals("MaxRAMPercentage")) {
                percentage = Double.parseDouble(matcher.group(2));
            }
        }
        return percentage;
    }

    private static boolean isAny(String flag) {
        return MAX.matcher(flag).matches() || NOT_ABOVE_MAX.matcher(flag).matches() || RAM_FLAG.matcher(flag).matches();
    }

    private static long largest(Pattern pattern, List<String> flags) {
        long largest = 0;
        for (String flag : flags) {
            largest = Math.max(largest, bytes(pattern, flag));
        }
        return largest;
    }

    private static long last(Pattern pattern, List<String> flags) {
        long last = 0;
        for (String flag : flags) {
            long bytes = bytes(pattern, flag);
            last = bytes > 0 ? bytes : last;
        }
        return last;
    }

    private static long bytes(Pattern pattern, String flag) {
        Matcher matcher = pattern.matcher(flag);
        if (!matcher.matches()) {
            return 0;
        }
        int shift = switch (matcher.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            case "g", "G" -> 30;
            case "t", "T" -> 40;
            default -> 0;
        };
        // more than a long holds is more than there is, and the JVM will say so
        long number = matcher.group(1).length() > 18 ? Long.MAX_VALUE : Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
    }
}
