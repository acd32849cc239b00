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

/**
 * Shows status, events and output, each second, until Ctrl-C. Draws over what is there instead of clearing, so that
 * nothing flickers, and on the terminal's alternate screen, so that everything is as before at the end.
 */
final class Monitor {

    private static final long PAUSE_MILLIS = 1_000;
    private static final int MAX_EVENTS = 8;
    private static final int WIDTH = 100;
    private static final int DEFAULT_HEIGHT = 40;

    private final Holder holder;
    private final PrintStream out;
    private final Deque<String> events = new ArrayDeque<>();
    private final Deque<String> logs = new ArrayDeque<>();

    Monitor(Holder holder, PrintStream out) {
        this.holder = holder;
        this.out = out;
    }

    /** @param once whether to print the status once, which needs no terminal */
    int run(boolean once) throws CommandFailure, InterruptedException {
        if (once) {
            new StatusTable(Terminal.hasColours())
                    .lines(ClientCommands.status(holder, List.of(), OptionalInt.empty())).forEach(out::println);
            return CommandLine.DONE;
        }
        if (!Terminal.isPresent()) {
            throw new CommandFailure(CommandLine.MISUSED,
                    "monit draws on a terminal, and the output is none: use monit --once, status or logs -f");
        }
        follow("events", Map.of("do", "events", "since", 0), MAX_EVENTS, events);
        follow("logs", ClientCommands.logsRequest(List.of(), height(), 0, true), height(), logs);
        Thread restore = new Thread(() -> print("\033[?25h\033[?1049l"), "restore");
        Runtime.getRuntime().addShutdownHook(restore);
        print("\033[?1049h\033[?25l\033[2J");
        try (ControlClient client = ControlClient.connect(Path.of(holder.socket()))) {
            while (true) {
                draw(ClientCommands.status(client, List.of(), OptionalInt.empty()));
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void follow(String name, Map<String, Object> request, int kept, Deque<String> lines)
            throws CommandFailure {
        ControlClient client = ControlClient.connect(Path.of(holder.socket()));
        Thread thread = new Thread(() -> {
            try (client) {
                client.call(request, line -> {
                    String text = line.get("seq") != null ? event(line) : ClientCommands.logLine(line);
                    synchronized (lines) {
                        if (!text.isEmpty()) {
                            lines.add(text);
                        }
                        while (lines.size() > kept) {
                            lines.remove();
                        }
                    }
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

    private void draw(Map<String, Object> status) {
        List<String> lines = new ArrayList<>(new StatusTable(Terminal.hasColours()).lines(status));
        lines.add("");
        addAll(lines, events, MAX_EVENTS);
        lines.add("");
        int height = height();
        addAll(lines, logs, Math.max(0, height - lines.size() - 1));
        StringBuilder screen = new StringBuilder("\033[H");
        for (String line : lines.subList(0, Math.min(lines.size(), height - 1))) {
            screen.append(line).append("\033[K\n");
        }
        print(screen.append("\033[J").toString());
    }

    private static void addAll(List<String> lines, Deque<String> from, int count) {
        synchronized (from) {
            from.stream().skip(Math.max(0, from.size() - count)).map(Monitor::plain).forEach(lines::add);
        }
    }

    /** {@return the line without what would move the cursor or change colours} */
    private static String plain(String line) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < line.length() && plain.length() < WIDTH; i++) {
            char c = line.charAt(i);
            plain.append(Character.isISOControl(c) ? ' ' : c);
        }
        return plain.toString();
    }

    private static int height() {
        String lines = System.getenv("LINES");
        return lines != null && lines.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(lines) : DEFAULT_HEIGHT;
    }

    private void print(String text) {
        out.print(text);
        out.flush();
    }
}
