package io.musher.ops.internal.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Prints how each worker fares during a command: on a terminal a line for each that changes in place; elsewhere, or if
 * there are more than fit, a line when it starts, is ready or has ended.
 */
final class Progress implements ControlClient.Lines {

    private final PrintStream out;
    private final Terminal.Size size;
    private boolean inPlace;
    private final Map<String, String> lines = new LinkedHashMap<>();

    /** @param terminal the size of the terminal; empty if the output is none */
    Progress(PrintStream out, Optional<Terminal.Size> terminal) {
        this.out = out;
        this.size = terminal.orElse(new Terminal.Size(0, 0));
        this.inPlace = terminal.isPresent();
    }

    /** {@return progress for an output that may be a terminal} */
    static Progress on(PrintStream out) {
        return new Progress(out, Terminal.isPresent() ? Optional.of(Terminal.size()) : Optional.empty());
    }

    @Override
    public boolean take(Map<String, Object> event) {
        show(event);
        return true; // the command goes on, whether its progress can be printed or not
    }

    private void show(Map<String, Object> event) {
        String worker = StatusTable.text(event, "worker");
        String name = worker.isEmpty() ? StatusTable.text(event, "process") : worker;
        String cause = StatusTable.text(event, "cause");
        String line = switch (StatusTable.text(event, "type")) {
            case "forked" -> name + ": starting";
            case "ready" -> name + ": ready";
            case "exited" -> isPredecessor(name, cause) ? ""
                    : name + (cause.startsWith("done") ? ": " : ": exited: ") + cause;
            case "waiting" -> name + ": " + cause;
            case "gave-up" -> name + ": " + cause;
            case "start-failed" -> name + ": start failed: " + cause;
            default -> "";
        };
        if (line.isEmpty()) {
            return;
        }
        // one line less than the terminal has, for the cursor: what has scrolled away cannot be changed
        if (inPlace && !lines.containsKey(name) && lines.size() >= size.rows() - 1) {
            inPlace = false;
        }
        int above = lines.size();
        lines.put(name, line);
        if (!inPlace) {
            out.println(line);
            return;
        }
        StringBuilder block = new StringBuilder(above == 0 ? "" : "\033[" + above + "A");
        lines.values()
                .forEach(each -> block.append('\r').append(StatusTable.cut(each, size.columns())).append("\033[K\n"));
        out.print(block);
        out.flush();
    }

    /** {@return whether a worker ends whose successor has been named already} */
    private boolean isPredecessor(String name, String cause) {
        String line = lines.getOrDefault(name, "");
        return cause.startsWith("stopped") && (line.endsWith(": ready") || line.endsWith(": starting"));
    }
}
