package io.musher;

import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.supervisor.Incarnation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The last output of workers that failed, as an end of log lines: of bounded length, once for a worker, and for one instance not
 * more often than every 10 s. Nothing where it has just appeared on the same standard error. Control thread only.
 */
final class LastOutput {

    private static final int LINES = 20;
    private static final int CHARACTERS = 4 << 10;
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final boolean visible;
    private final Map<Integer, Long> shownAt = new HashMap<>();
    private int shown;

    LastOutput(Output output) {
        this.visible = isVisible(output) && !OperatorLog.hasProvider();
    }

    /** {@return whether it goes where a program's own messages go} */
    static boolean isVisible(Output output) {
        return output instanceof Output.Inherit;
    }

    /** For one failure of many. */
    String sometimes(Incarnation worker) {
        Long before = shownAt.get(worker.instance());
        return before != null && System.nanoTime() - before < PAUSE_NANOS ? "" : of(worker);
    }

    /** For what ends something. */
    String of(Incarnation worker) {
        String text = ClusterCommands.lastOutput(worker);
        if (visible || shown == worker.id() || text.isBlank()) {
            return "";
        }
        shown = worker.id();
        shownAt.put(worker.instance(), System.nanoTime());
        return suffix(text);
    }

    /** {@return the end of a text, behind words that say what it is} */
    static String suffix(String text) {
        String all = text.strip();
        List<String> lines = all.lines().toList();
        String last = String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
        last = last.substring(Math.max(0, last.length() - CHARACTERS));
        return (last.length() < all.length() ? ". The end of its last output:" : ". Its last output:") + last.lines().map(line -> "\n  | " + line)
                .collect(Collectors.joining());
    }
}
