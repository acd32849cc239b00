package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.PrimaryLock.Holder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The command {@code logs}: prints what workers have written, or what the primary itself has logged. */
final class LogsCommand {

    private final PrimaryFinder finder;
    private final PrintStream out;

    LogsCommand(PrimaryFinder finder, PrintStream out) {
        this.finder = finder;
        this.out = out;
    }

    /** Prints; follows until the output is not read any more. {@return the exit code: failed if that was the end} */
    int run(Arguments arguments) throws CommandFailure, InterruptedException {
        if (arguments.ofPrimary) {
            return ofPrimary(arguments);
        }
        OutputReader reader = new OutputReader();
        if (arguments.follow) {
            reader.look(); // finds it
        }
        long since = arguments.sinceSeconds == 0 ? 0 : System.currentTimeMillis() - 1_000 * arguments.sinceSeconds;
        send(finder.one(arguments), arguments.ids, arguments.lines, since, arguments.follow, line -> {
            if (arguments.json && !line.isEmpty()) {
                ClientCommands.print(line, out);
            } else {
                printLine(line, arguments.times ? time(line) : "");
            }
            // an empty one is a sign of life: there is nothing to write that would fail
            return !out.checkError() && !(line.isEmpty() && reader.look());
        });
        return reader.hasLeft() ? CommandLine.FAILED : CommandLine.DONE;
    }

    /** Also after the end of the primary: why it has ended is asked for then. */
    private int ofPrimary(Arguments arguments) throws CommandFailure, InterruptedException {
        Optional<Holder> holder = arguments.name.isPresent() ? finder.all(arguments).stream().findFirst()
                : Optional.of(finder.one(arguments));
        String name = arguments.name.or(() -> holder.map(Holder::name)).orElse("");
        PrimaryOutput output = new PrimaryOutput(finder.folder(name), out);
        if (!output.exists()) {
            throw holder.isEmpty() ? finder.notRunning(arguments)
                    : new CommandFailure(CommandLine.NOT_RUNNING,
                            "\"" + name + "\" runs in the foreground, and logs there");
        }
        try {
            output.printLast(arguments.lines);
            Optional<ProcessHandle> primary = holder.flatMap(each -> ProcessHandle.of(each.pid()));
            if (arguments.follow && primary.isPresent()) {
                OutputReader reader = new OutputReader();
                output.follow(primary.get(), reader);
                return reader.hasLeft() ? CommandLine.FAILED : CommandLine.DONE;
            }
        } catch (IOException e) {
            throw new CommandFailure(CommandLine.FAILED, "the log of \"" + name + "\" cannot be read: " + e);
        }
        return CommandLine.DONE;
    }

    /** Prints the last lines of some workers, each after an indent. */
    void printLast(Holder holder, List<String> ids, int count, String indent) throws CommandFailure {
        send(holder, ids, count, 0, false, line -> {
            printLine(line, indent);
            return true;
        });
    }

    private static void send(Holder holder, List<String> ids, int count, long since, boolean follow,
            ControlClient.Lines lines) throws CommandFailure {
        try (ControlClient client = ControlClient.connect(Path.of(holder.socket()))) {
            client.call(request(ids, count, since, follow), lines, OptionalInt.empty());
        }
    }

    /** {@return the request for the last lines of some workers, and for those that follow} */
    static Map<String, Object> request(List<String> ids, int count, long since, boolean follow) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("do", "logs");
        if (!ids.isEmpty()) {
            request.put("id", ids);
        }
        request.put("lines", count);
        request.put("since", since);
        request.put("follow", follow);
        return request;
    }

    private void printLine(Map<String, Object> line, String indent) {
        String text = logLine(line);
        if (!text.isEmpty()) {
            out.println(indent + text);
            out.flush();
        }
    }

    /** {@return a line of output, or what is to be said about a gap; empty for a sign of life} */
    static String logLine(Map<String, Object> line) {
        if (line.get("gap") != null) {
            return "… " + line.get("gap") + " lines were not read in time …";
        }
        return line.get("text") == null ? "" : line.get("worker") + " | " + line.get("text");
    }

    /** {@return when a line was printed, in local time; empty for what is no line} */
    private static String time(Map<String, Object> line) {
        return line.get("at") instanceof String at ? LogTime.of(at) + " "
                : "";
    }
}
