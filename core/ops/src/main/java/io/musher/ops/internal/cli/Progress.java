package io.musher.ops.internal.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints a line for each worker that starts or ends during a command; on a terminal, the line changes in place. */
final class Progress implements ControlClient.Lines {

    /** More lines would scroll, and could not be changed. */
    private static final int MAX_IN_PLACE = 20;

    private final PrintStream out;
    private final boolean inPlace;
    private final Map<String, String> states = new LinkedHashMap<>();

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.inPlace = terminal;
    }

    @Override
    public void take(Map<String, Object> event) {
        String worker = StatusTable.text(event, "worker");
        String process = StatusTable.text(event, "process");
        String cause = StatusTable.text(event, "cause");
        String line = switch (StatusTable.text(event, "type")) {
            case "forked" -> worker + ": starting";
            case "ready" -> worker + ": ready";
            case "exited" -> worker + ": exited: " + cause;
            case "gave-up" -> worker + ": " + cause;
            case "start-failed" -> process + ": start failed: " + cause;
            default -> "";
        };
        if (line.isEmpty() || !inPlace && line.endsWith(": starting")) {
            return;
        }
        if (!inPlace || states.size() >= MAX_IN_PLACE) {
            out.println(line);
            return;
        }
        if (!states.isEmpty()) {
            out.print("\033[" + states.size() + "A");
        }
        states.put(worker.isEmpty() ? process : worker, line);
        states.values().forEach(each -> out.print("\r\033[K" + each + "\n"));
        out.flush();
    }
}
