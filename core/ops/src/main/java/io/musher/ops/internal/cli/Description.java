package io.musher.ops.internal.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** Prints all that is known about one process. */
final class Description {

    private static final int INDENT = 14;

    private Description() {}

    static void print(Map<String, Object> process, PrintStream out) {
        out.println(process.get("id") + " (" + process.get("kind") + ")");
        for (String name : List.of("state", "why", "wanted", "ready", "configured", "commonPort", "restarts",
                "failures", "connections", "nextRun", "lastExit")) {
            print(name, process.get(name), out);
        }
        if (process.get("failedReload") instanceof Map<?, ?> failed) {
            print("failedReload", failed.get("at") + ": " + failed.get("why"), out);
            String.valueOf(failed.get("lastOutput")).lines().forEach(line -> out.println("    | " + line));
        }
        if (process.get("details") instanceof Map<?, ?> details) {
            details.forEach((name, value) -> {
                if ("health".equals(name) && value instanceof List<?> checks) {
                    checks.forEach(check -> print("health", check, out));
                } else {
                    print(String.valueOf(name), value, out);
                }
            });
        }
        for (Map<String, Object> worker : StatusTable.maps(process.get("workers"))) {
            out.println("  " + worker.get("name"));
            for (String name : List.of("id", "state", "pid", "port", "upSeconds", "restarts", "failures",
                    "crashesInARow", "connections", "connectionsTotal", "cpuSeconds", "memoryBytes", "why", "replaced",
                    "explain",
                    "nextStart", "lastExit")) {
                print("  " + name, worker.get(name), out);
            }
        }
    }

    private static void print(String name, @io.musher.balancer.loop.Nullable Object value, PrintStream out) {
        if (value == null || value.toString().isEmpty()) {
            return;
        }
        String text = value instanceof List<?> list
                ? String.join(" ", list.stream().map(String::valueOf).toList())
                : value.toString();
        if (!text.isEmpty()) {
            out.println("  " + name + " ".repeat(Math.max(1, INDENT + 6 - name.length())) + text);
        }
    }
}
