package io.musher.internal.process;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Flags that size a JVM's heap, brought together so that the JVM starts with them. */
final class HeapFlags {

    private static final Pattern MAX = Pattern.compile("(?:-Xmx|-XX:MaxHeapSize=)(\\d+)([kKmMgGtT]?)");
    /** More than the maximum in one of these, and the JVM does not start. */
    private static final Pattern WITHIN = Pattern.compile("(?:-Xms|-XX:(?:InitialHeapSize|MinHeapSize|SoftMaxHeapSize)=)(\\d+)([kKmMgGtT]?)");
    private static final Pattern OF_THE_MACHINE =
            Pattern.compile("-XX:(MaxRAMPercentage|MinRAMPercentage|InitialRAMPercentage|MaxRAMFraction|MinRAMFraction|InitialRAMFraction|MaxRAM)=(.*)");

    private HeapFlags() { }

    /** {@return the inherited flags without those for a heap that would not fit, and the share, unless one is wanted} */
    static List<String> applied(long share, List<String> inherited, List<String> wanted) {
        List<String> flags = new ArrayList<>(inherited);
        if (wanted.stream().anyMatch(flag -> MAX.matcher(flag).matches() || OF_THE_MACHINE.matcher(flag).matches())) {
            flags.removeIf(HeapFlags::isAny);
            return flags;
        }
        if (share <= 0) {
            return flags;
        }
        long within = largest(WITHIN, wanted);
        long most = Math.max(share, within);
        long own = largest(MAX, inherited);
        long max = own > 0 && own <= most && own >= within ? own : most;
        flags.removeIf(flag -> MAX.matcher(flag).matches() || OF_THE_MACHINE.matcher(flag).matches()
                || largest(WITHIN, List.of(flag)) > max);
        flags.add("-Xmx" + (max % (1 << 20) == 0 ? (max >> 20) + "m" : Long.toString(max)));
        return flags;
    }

    /** {@return the last {@code MaxRAMPercentage}, or 0} */
    static double percentage(List<String> flags) {
        double percentage = 0;
        for (String flag : flags) {
            Matcher matcher = OF_THE_MACHINE.matcher(flag);
            if (matcher.matches() && matcher.group(1).equals("MaxRAMPercentage")) {
                percentage = Double.parseDouble(matcher.group(2));
            }
        }
        return percentage;
    }

    private static boolean isAny(String flag) {
        return MAX.matcher(flag).matches() || WITHIN.matcher(flag).matches() || OF_THE_MACHINE.matcher(flag).matches();
    }

    private static long largest(Pattern pattern, List<String> flags) {
        long largest = 0;
        for (String flag : flags) {
            Matcher matcher = pattern.matcher(flag);
            if (matcher.matches()) {
                int shift = switch (matcher.group(2)) {
                    case "k", "K" -> 10;
                    case "m", "M" -> 20;
                    case "g", "G" -> 30;
                    case "t", "T" -> 40;
                    default -> 0;
                };
                largest = Math.max(largest, Long.parseLong(matcher.group(1)) << shift);
            }
        }
        return largest;
    }
}
