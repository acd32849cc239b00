package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.PrimaryLock.Holder;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Shows status, events and output, each second, until q or Ctrl-C. */
final class Monitor {

    private static final long PAUSE_MILLIS = 1_000;
    private static final int MAX_EVENTS = 8;
    private static final int MAX_LOGS = 200;
    /** As if SIGHUP had ended it, which comes at the same time unless it is ignored. */
    private static final int HUNG_UP = 128 + 1;
    private static final String HELP = "q quits";

    private final Holder holder;
    private final PrintStream out;
    private final Deque<String> events = new ArrayDeque<>();
    private final Deque<String> logs = new ArrayDeque<>();

    Monitor(Holder holder, PrintStream out) {
        this.holder = holder;
        this.out = out;
    }

    /**
     * Shows it until the user quits.
     *
     * @param once whether to print the status once, which needs no terminal
     * @return the exit code; that of SIGHUP when the terminal is gone
     * @throws CommandFailure if the output is no terminal, or when the primary ends
     */
    int run(boolean once) throws CommandFailure, InterruptedException {
        if (once) {
            new StatusTable(Terminal.hasColours(), StatusTable.WIDTH)
                    .lines(ClientCommands.status(holder, List.of(), OptionalInt.empty())).forEach(out::println);
            return CommandLine.DONE;
        }
        if (!Terminal.isPresent()) {
            throw new CommandFailure(CommandLine.MISUSED, "monit draws on a terminal, and " + (Terminal.isDumb()
                    ? "TERM names none that could"
                    : "the output is none") + ": use monit --once, status or logs -f");
        }
        try (ControlClient client = ControlClient.connect(Path.of(holder.socket()))) {
            follow("events", Map.of("do", "events", "since", 0), MAX_EVENTS, events);
            follow("logs", LogsCommand.request(List.of(), MAX_LOGS, 0, true), MAX_LOGS, logs);
            return show(client) ? CommandLine.DONE : HUNG_UP;
        } catch (CommandFailure e) {
            // says that it runs no longer, if that is the reason
            ControlClient.connect(Path.of(holder.socket())).close();
            throw e;
        }
    }

    /** {@return whether the user has quit; false when the terminal is gone} */
    private boolean show(ControlClient client) throws CommandFailure, InterruptedException {
        try (Screen screen = Screen.open(out, client::close)) { // a primary that hangs gives no answer
            try {
                do {
                    Map<String, Object> status = ClientCommands.status(client, List.of(), OptionalInt.empty());
                    Terminal.Size size = screen.size();
                    screen.draw(frame(status, copy(events), copy(logs), size, Terminal.hasColours()));
                } while (screen.await(PAUSE_MILLIS));
            } catch (CommandFailure e) {
                if (!screen.isQuit()) {
                    throw e;
                }
            }
            return !screen.isGone();
        }
    }

    private static List<String> copy(Deque<String> lines) {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /**
     * {@return the lines for a screen: the table, of which a part is left out where it would leave less than a third of
     * the screen, then the newest events and output}
     */
    static List<String> frame(Map<String, Object> status, List<String> events, List<String> logs, Terminal.Size size,
            boolean colours) {
        int rows = Math.max(4, size.rows()) - 1; // the last one says how to quit
        List<String> table = new StatusTable(colours, size.columns()).lines(status);
        int most = rows - Math.min(rows / 3, MAX_EVENTS + 4);
        List<String> lines = new ArrayList<>(table.subList(0, Math.min(table.size(), most)));
        if (table.size() > most) {
            lines.set(most - 1, StatusTable.cut("… " + (table.size() - most + 1) + " more lines: musher status",
                    size.columns()));
        }
        int left = Math.max(0, rows - lines.size() - 2);
        int shownEvents = Math.min(Math.min(MAX_EVENTS, left / 2), events.size());
        add(lines, events, shownEvents, size.columns());
        add(lines, logs, left - shownEvents, size.columns());
        while (lines.size() < rows) {
            lines.add("");
        }
        lines.add(StatusTable.cut(HELP, size.columns()));
        return lines.subList(Math.max(0, lines.size() - size.rows()), lines.size());
    }

    private static void add(List<String> lines, List<String> newest, int count, int columns) {
        if (count > 0) {
            lines.add("");
            newest.stream().skip(Math.max(0, newest.size() - count)).map(line -> StatusTable.cut(plain(line), columns))
                    .forEach(lines::add);
        }
    }

    private void follow(String name, Map<String, Object> request, int kept, Deque<String> lines)
            throws CommandFailure {
        ControlClient client = ControlClient.connect(Path.of(holder.socket()));
        Thread thread = new Thread(() -> {
            try (client) {
                client.call(request, line -> {
                    String text = line.get("seq") != null ? event(line) : LogsCommand.logLine(line);
                    synchronized (lines) {
                        if (!text.isEmpty()) {
                            lines.add(text);
                        }
                        while (lines.size() > kept) {
                            lines.remove();
                        }
                    }
                    return true;
                }, OptionalInt.empty());
            } catch (CommandFailure e) {
                synchronized (lines) {
                    lines.add(name + ": " + e.getMessage());
                }
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static String event(Map<String, Object> event) {
        String at = StatusTable.text(event, "at");
        String time = at.length() > 19 ? at.substring(11, 19) : at;
        String worker = StatusTable.text(event, "worker");
        return time + " " + (worker.isEmpty() ? StatusTable.text(event, "process") : worker) + " "
                + StatusTable.text(event, "type") + ": " + StatusTable.text(event, "cause");
    }

    /** {@return the line without what would move the cursor or change colours} */
    private static String plain(String line) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            plain.append(Character.isISOControl(c) ? ' ' : c);
        }
        return plain.toString();
    }
}
