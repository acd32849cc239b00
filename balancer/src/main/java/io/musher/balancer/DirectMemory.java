package io.musher.balancer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds this JVM's limit of direct memory, for the default of {@code maxBufferedBytes}. */
final class DirectMemory {

    private static final Pattern FLAG = Pattern
            .compile("-XX:MaxDirectMemorySize=(\\d{1,15})([kKmMgGtT]?)(?=\\s|\0|\"|'|$)");

    private DirectMemory() {}

    /**
     * {@return {@code -XX:MaxDirectMemorySize} if the option can be read, else the maximum heap, which is its default}
     */
    static long max() {
        String options = text("JDK_JAVA_OPTIONS") + " " + commandLine() + " " + text("_JAVA_OPTIONS");
        return max(text("JAVA_TOOL_OPTIONS") + " " + options, Runtime.getRuntime().maxMemory());
    }

    /** {@return the limit from these options; the last flag applies, zero means the default} */
    static long max(String options, long heap) {
        long max = heap;
        Matcher flag = FLAG.matcher(options);
        while (flag.find()) {
            String unit = flag.group(2).toLowerCase(Locale.ROOT);
            int shift = unit.isEmpty() ? 0 : 10 * ("kmgt".indexOf(unit) + 1);
            long bytes = Long.parseLong(flag.group(1));
            max = bytes == 0 ? heap : bytes > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : bytes << shift;
        }
        return max;
    }

    private static String text(String variable) {
        String value = System.getenv(variable);
        return value == null ? "" : value;
    }

    private static String commandLine() {
        try {
            return new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException | RuntimeException e) {
            return ""; // not Linux: use the default
        }
    }
}
