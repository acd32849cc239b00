package io.musher.ops.internal.control;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds the line of a program's last output that says why it failed: the last one, unless a stack trace or a report of
 * Spring Boot ends there; of these, the innermost cause or the description. No state.
 */
final class FailureLine {

    private static final int SHORT = 120;
    private static final Pattern FRAME = Pattern
            .compile("\\s+at \\S.*|\\s+\\.\\.\\. \\d+ (more|common frames omitted)");
    /** What Node prints after a trace: its version, and the error's fields, the closing brace last. */
    private static final Pattern NODE_END = Pattern.compile("Node\\.js v\\S+|}|\\s+\\w+: \\S.*");
    private static final int NODE_LINES = 12;
    private static final Pattern NODE_VERSION = Pattern.compile("Node\\.js v\\d\\S*");
    /** How many lines of stdout may follow the last one of Node's trace: they come by another pipe. */
    private static final int LATE_LINES = 3;
    /** Above the second trace of an error that no listener has handled; the first one says which error it is. */
    private static final String NODE_EMITTED = "Emitted 'error' event on ";
    private static final String BOOT_REPORT = "APPLICATION FAILED TO START";
    private static final int BOOT_LINES = 40;

    private FailureLine() {}

    /** {@return the line, shortened; empty if all lines are blank} */
    static String of(List<String> lines) {
        int last = nonBlankBefore(lines, lines.size());
        if (last < 0) {
            return "";
        }
        for (int line = last; line >= Math.max(0, last - LATE_LINES); line--) {
            if (NODE_VERSION.matcher(lines.get(line)).matches()) {
                last = line;
                break;
            }
        }
        int description = bootDescription(lines, last);
        if (description >= 0) {
            return shortened(lines.get(description));
        }
        int line = aboveFrames(lines, nodeFrame(lines, last));
        if (line > 0 && lines.get(line).startsWith(NODE_EMITTED)) {
            line = aboveFrames(lines, nonBlankBefore(lines, line));
        }
        return shortened(lines.get(line < 0 ? last : line));
    }

    /** Without a frame there, the line itself. */
    private static int aboveFrames(List<String> lines, int from) {
        int line = from;
        while (line >= 0 && FRAME.matcher(lines.get(line)).matches()) {
            line = nonBlankBefore(lines, line);
        }
        return line;
    }

    /** Returns the last frame of a trace that ends as Node's do, or the last line. */
    private static int nodeFrame(List<String> lines, int last) {
        int line = last;
        for (int i = 0; i < NODE_LINES && line >= 0; i++) {
            String text = lines.get(line);
            if (i > 0 && FRAME.matcher(text).matches()) {
                return line;
            }
            if (!NODE_END.matcher(text).matches()) {
                return last;
            }
            line = nonBlankBefore(lines, line);
        }
        return last;
    }

    /** Returns the first line below "Description:" of Spring Boot's report; -1 if the output ends with none. */
    private static int bootDescription(List<String> lines, int last) {
        int found = -1;
        for (int line = last; line > Math.max(0, last - BOOT_LINES); line--) {
            String text = lines.get(line).strip();
            if (text.equals(BOOT_REPORT)) {
                return found;
            }
            if (text.equals("Description:")) {
                found = nonBlankAfter(lines, line);
            }
        }
        return -1;
    }

    private static int nonBlankBefore(List<String> lines, int end) {
        int line = end - 1;
        while (line >= 0 && lines.get(line).isBlank()) {
            line--;
        }
        return line;
    }

    private static int nonBlankAfter(List<String> lines, int start) {
        int line = start + 1;
        while (line < lines.size() && lines.get(line).isBlank()) {
            line++;
        }
        return line < lines.size() ? line : -1;
    }

    private static String shortened(String line) {
        String text = line.strip();
        return text.length() > SHORT ? text.substring(0, SHORT) + "…" : text;
    }
}
