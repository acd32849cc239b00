package io.musher;

import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.supervisor.Incarnation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Formats the last output of failed workers as a suffix of log lines: of bounded length, once per worker, and for one
 * instance at most every 10 s. Empty if the output has just appeared on the same standard error. Control thread only.
 */
final class LastOutput {

    private static final int LINES = 20;
    private static final int CHARACTERS = 4 << 10;
    /** Stack frames in a row that are kept where all lines are too many, so that the exceptions' messages are seen. */
    private static final int FRAMES = 3;
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final boolean visible;
    private final Map<Integer, Long> shownAt = new HashMap<>();
    private int shown;

    LastOutput(Output output) {
        this.visible = isVisible(output) && !OperatorLog.hasProvider();
    }

    /** {@return whether workers' output goes to the same streams as this process's own} */
    static boolean isVisible(Output output) {
        return output instanceof Output.Inherit
                || output instanceof Output.Tee tee && tee.outputs().stream().anyMatch(LastOutput::isVisible);
    }

    /** {@return the suffix for a failure that may repeat; empty within 10 s of the last one of the instance} */
    String sometimes(Incarnation worker) {
        Long before = shownAt.get(worker.instance());
        return before != null && System.nanoTime() - before < PAUSE_NANOS ? "" : of(worker);
    }

    /** {@return the suffix for a final failure} */
    String of(Incarnation worker) {
        String text = worker.handle().lastOutput();
        if (visible || shown == worker.id() || text.isBlank()) {
            return "";
        }
        shown = worker.id();
        shownAt.put(worker.instance(), System.nanoTime());
        return suffix(text);
    }

    /** {@return the end of a text, preceded by words that introduce it} */
    static String suffix(String text) {
        String all = text.strip();
        List<String> lines = all.lines().toList();
        if (lines.size() > LINES) {
            lines = withFewFrames(lines);
        }
        String last = String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
        last = last.substring(Math.max(0, last.length() - CHARACTERS));
        return (last.length() < all.length() ? ". The end of its last output:" : ". Its last output:")
                + last.lines().map(line -> "\n  | " + line)
                        .collect(Collectors.joining());
    }

    private static List<String> withFewFrames(List<String> lines) {
        List<String> kept = new ArrayList<>();
        int frames = 0;
        for (String line : lines) {
            frames = line.startsWith("\tat ") ? frames + 1 : 0;
            if (frames <= FRAMES) {
                kept.add(line);
            } else if (frames == FRAMES + 1) {
                kept.add("\t…");
            }
        }
        return kept;
    }
}
