package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.Json;
import io.musher.ops.internal.control.PrimaryLock.Holder;
import io.musher.ops.internal.file.FileSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The commands that a running primary carries out. */
final class ClientCommands {

    private static final long API = 1;
    /** No lambda: each of these costs the start of a command some milliseconds. */
    private static final ControlClient.Lines IGNORE = new ControlClient.Lines() {
        @Override
        public boolean take(Map<String, Object> line) {
            return true; // status has one line only
        }
    };
    private static final long END_SECONDS = 30;
    private static final int DESCRIBED_LINES = 20;

    private final PrimaryFinder finder;
    private final PrintStream out;
    private final PrintStream err;

    ClientCommands(PrimaryFinder finder, PrintStream out, PrintStream err) {
        this.finder = finder;
        this.out = out;
        this.err = err;
    }

    int run(Arguments arguments) throws CommandFailure, InterruptedException {
        return switch (arguments.command) {
            case "status", "ls" -> CommandLine.printed(status(arguments), out, err);
            case "describe" -> CommandLine.printed(describe(arguments), out, err);
            case "logs" -> CommandLine.printed(new LogsCommand(finder, out).run(arguments), out, err);
            case "monit" -> new Monitor(finder.one(arguments), out).run(arguments.once);
            default -> act(arguments);
        };
    }

    private int status(Arguments arguments) throws CommandFailure {
        int exitCode = CommandLine.NOT_RUNNING;
        boolean ended = false;
        int shown = 0;
        List<Holder> holders = finder.all(arguments);
        for (Holder holder : holders) {
            Map<String, Object> status;
            try {
                status = status(holder, arguments.ids, arguments.timeoutSeconds);
            } catch (CommandFailure e) {
                if (e.exitCode() != CommandLine.NOT_RUNNING) {
                    throw e;
                }
                ended = true;
                continue;
            }
            int own = isHealthy(status) ? CommandLine.DONE : CommandLine.FAILED;
            exitCode = exitCode == CommandLine.NOT_RUNNING ? own : Math.max(exitCode, own);
            if (arguments.json) {
                select(status, arguments.ids);
                print(status, out);
            } else {
                StatusTable table = new StatusTable(Terminal.hasColours(),
                        Terminal.isOutput() ? StatusTable.WIDTH : StatusTable.UNLIMITED);
                if (shown++ > 0) {
                    out.println();
                }
                for (String line : table.lines(status, arguments.ids)) {
                    out.println(line);
                }
            }
        }
        out.flush();
        if (exitCode == CommandLine.NOT_RUNNING) {
            throw ended && holders.size() == 1
                    ? new CommandFailure(exitCode, CommandLine.quoted(holders.get(0)) + " does not run: process "
                            + holders.get(0).pid() + " was killed; "
                            + FileSpec.howToStartAgain(holders.get(0).config()))
                    : finder.notRunning(arguments);
        }
        return exitCode;
    }

    private static boolean isHealthy(Map<String, Object> status) {
        for (Map<String, Object> process : StatusTable.maps(status.get("processes"))) {
            if (!Boolean.TRUE.equals(process.get("healthy"))) {
                return false;
            }
        }
        return true;
    }

    static Map<String, Object> status(Holder holder, List<String> ids, OptionalInt seconds) throws CommandFailure {
        try (ControlClient client = ControlClient.connect(Path.of(holder.socket()))) {
            return status(client, ids, seconds);
        }
    }

    /** Leaves out the workers that the ids do not mean. */
    private static void select(Map<String, Object> status, List<String> ids) {
        for (Map<String, Object> process : StatusTable.maps(status.get("processes"))) {
            process.put("workers", StatusTable.maps(process.get("workers")).stream()
                    .filter(worker -> StatusTable.shows(process, worker, ids)).toList());
        }
    }

    static Map<String, Object> status(ControlClient client, List<String> ids, OptionalInt seconds)
            throws CommandFailure {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("do", "status");
        if (!ids.isEmpty()) {
            request.put("id", ids);
        }
        Map<String, Object> status = client.call(request, IGNORE, seconds);
        if (!(status.get("api") instanceof Long api) || api != API) {
            throw new CommandFailure(CommandLine.FAILED, "the primary is of version " + status.get("version")
                    + " and speaks version " + status.get("api") + " of the control protocol, this program version "
                    + API + ": use the musher.jar that the primary runs from");
        }
        return status;
    }

    private int describe(Arguments arguments) throws CommandFailure {
        Holder holder = finder.one(arguments);
        List<String> ids = arguments.ids.isEmpty() ? List.of("all") : arguments.ids;
        Map<String, Object> status = status(holder, ids, arguments.timeoutSeconds);
        select(status, ids);
        if (arguments.json) {
            print(status, out);
        } else {
            for (Map<String, Object> process : StatusTable.maps(status.get("processes"))) {
                Description.print(process, out);
                out.println("last output:");
                boolean whole = StatusTable.shows(process, Map.of(), ids);
                new LogsCommand(finder, out).printLast(holder,
                        whole ? List.of(StatusTable.text(process, "id")) : ids, DESCRIBED_LINES, "  ");
                out.println();
            }
        }
        return CommandLine.DONE;
    }

    /** Prints a line of JSON, in UTF-8 whatever the terminal has. */
    static void print(Map<String, Object> object, PrintStream out) {
        byte[] line = Json.line(object);
        out.write(line, 0, line.length);
        out.flush();
    }

    private int act(Arguments arguments) throws CommandFailure, InterruptedException {
        Holder holder = finder.one(arguments);
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("do", arguments.command);
        request.put("progress", !arguments.json);
        if (!arguments.ids.isEmpty()) {
            request.put("id", arguments.ids);
        }
        if (arguments.instances.isPresent()) {
            request.put("instances", arguments.instances.getAsInt());
        }
        if (arguments.change.isPresent()) {
            request.put("add", arguments.change.getAsInt());
        }
        if (!arguments.signal.isEmpty()) {
            request.put("signal", arguments.signal);
        }
        boolean ends = arguments.command.equals("stop") && arguments.ids.isEmpty();
        Map<String, Object> answer;
        try (ControlClient client = ControlClient.connect(Path.of(holder.socket()))) {
            Optional<ProcessHandle> process = ProcessHandle.of(holder.pid());
            try {
                answer = client.call(request, Progress.on(out), arguments.timeoutSeconds);
            } catch (CommandFailure e) {
                throw e.isUnfinished() ? e
                        : new CommandFailure(e.exitCode(), e.getMessage() + (e.exitCode() == CommandLine.FAILED
                                ? "\nmusher: " + arguments.command + " failed"
                                : ""), e.lastOutput());
            }
            if (ends && process.isPresent()) {
                client.awaitEnd();
                awaitEnd(process.get());
            }
        }
        if (arguments.json) {
            print(answer, out);
        } else {
            if (answer.get("notes") instanceof List<?> notes) {
                notes.forEach(err::println);
            }
            out.println(done(arguments, holder));
        }
        return CommandLine.DONE;
    }

    private void awaitEnd(ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            err.println("musher: all processes have stopped, and process " + process.pid() + " still runs");
        }
    }

    private static String ready(int workers) {
        return workers == 0 ? "no worker runs" : workers == 1 ? "1 worker is ready" : workers + " workers are ready";
    }

    private static String changed(int workers) {
        return Math.abs(workers) + (Math.abs(workers) == 1 ? " worker " : " workers ")
                + (workers < 0 ? "fewer" : "more");
    }

    private static String done(Arguments arguments, Holder holder) {
        String what = arguments.ids.isEmpty() ? CommandLine.quoted(holder) : String.join(", ", arguments.ids);
        return switch (arguments.command) {
            case "scale" -> what + ": " + (arguments.change.isPresent() ? changed(arguments.change.getAsInt())
                    : ready(arguments.instances.orElse(0)))
                    + (arguments.ids.size() > 1 || arguments.ids.contains("all") ? " in each process" : "");
            case "signal" -> what + ": sent " + arguments.signal;
            case "stop" -> what + " has stopped";
            default -> what + ": " + arguments.command + " is done";
        };
    }
}
