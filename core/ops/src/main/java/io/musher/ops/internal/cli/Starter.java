package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.Home;
import io.musher.ops.internal.control.PrimaryLock;
import io.musher.ops.internal.control.PrimaryLock.Holder;
import io.musher.ops.internal.file.FileProblems;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.run.PrimaryJvm;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts a primary that has no terminal and no parent, and waits until all that it runs is ready. Where it runs
 * already, starts what is stopped in it.
 */
final class Starter {

    private static final long POLL_MILLIS = 50;
    private static final long CONNECT_SECONDS = 60;
    private static final int SHOWN_LINES = 20;
    /** What the end of a primary that has nothing left to run may take. */
    private static final long END_MILLIS = 1_000;
    private static final String[] SETSID = {"/usr/bin/setsid", "/bin/setsid"};

    /** Reads what is to run. */
    interface Source {
        FileSpec read() throws FileProblems, UsageException;
    }

    private final Home home;
    private final PrimaryFinder finder;
    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;

    Starter(Home home, PrimaryFinder finder, Path directory, PrintStream out, PrintStream err) {
        this.home = home;
        this.finder = finder;
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    int start(Arguments arguments, Source source)
            throws UsageException, FileProblems, CommandFailure, IOException, InterruptedException {
        if (startsInRunning(arguments)) {
            return CommandLine.DONE;
        }
        if (!arguments.ids.isEmpty()) {
            throw new CommandFailure(CommandLine.NOT_RUNNING, "start " + String.join(" ", arguments.ids)
                    + ": no primary runs; " + (Hints.isProgram(arguments.ids.get(0)) ? program(arguments)
                            : "musher start starts one with all processes of the config file"));
        }
        FileSpec spec = read(arguments, source);
        spec.ignored().forEach(line -> err.println("ignored: " + line));
        if (spec.inheritsListener() && !(System.inheritedChannel() instanceof ServerSocketChannel)) {
            throw new CommandFailure(CommandLine.FAILED, "\"commonPort\": \"inherit\" needs a listening socket as"
                    + " standard input, which start passes on to the primary: musher start <&3 in a shell that has it"
                    + " as descriptor 3; in a systemd unit use run instead of start, see musher unit");
        }
        refuseTaken(spec.name());
        Path folder = home.prepare(spec.name());
        Path log = PrimaryOutput.file(folder);
        long begin = Files.exists(log) ? Files.size(log) : 0;
        Process primary = launch(arguments, log, spec.inheritsListener());
        boolean ended;
        try {
            List<String> over = await(connect(spec.name(), folder, primary, log, begin), arguments, Optional.of(spec));
            ended = over.size() == spec.processes().size();
        } catch (CommandFailure e) {
            if (!hasEndedWell(primary, e)) {
                throw e;
            }
            ended = true;
        }
        out.println("\"" + spec.name() + (ended ? "\" has ended with exit status 0: nothing is left to run"
                : "\" is ready"));
        return CommandLine.DONE;
    }

    /** {@return whether the primary did not answer because all that it was to run is done} */
    private static boolean hasEndedWell(Process primary, CommandFailure failure) throws InterruptedException {
        boolean mayStillEnd = failure.lastOutput().isEmpty() && !failure.isUnfinished();
        return primary.waitFor(mayStillEnd ? END_MILLIS : 0, TimeUnit.MILLISECONDS) && primary.exitValue() == 0;
    }

    /** {@return whether the primary runs; what is stopped in it is ready then} */
    private boolean startsInRunning(Arguments arguments) throws CommandFailure {
        try {
            Optional<Running> running = running(arguments);
            if (running.isEmpty()) {
                return false;
            }
            if (arguments.variant.isPresent()) {
                err.println("--env " + arguments.variant.get() + " has no effect: "
                        + CommandLine.quoted(running.get().holder())
                        + " runs already, and keeps what it was started with");
            }
            List<String> ended = await(running.get().client(), arguments, Optional.empty());
            String what = ended.isEmpty() ? "ready" : "done: " + String.join(", ", ended);
            out.println(arguments.ids.isEmpty()
                    ? CommandLine.quoted(running.get().holder()) + " was running already: all is " + what
                    : String.join(", ", arguments.ids) + ": " + (ended.isEmpty() ? "ready" : "done"));
            return true;
        } catch (CommandFailure e) {
            throw e.exitCode() == CommandLine.UNKNOWN_ID && Hints.isProgram(arguments.ids.get(0))
                    ? new CommandFailure(e.exitCode(), e.getMessage() + "; " + program(arguments))
                    : e;
        }
    }

    private static String program(Arguments arguments) {
        return "to run a program without a config file, type " + Hints.program(arguments);
    }

    /** Reads what is to run; without a config file, says what runs already. */
    private FileSpec read(Arguments arguments, Source source) throws FileProblems, UsageException, CommandFailure {
        try {
            return source.read();
        } catch (UsageException e) {
            List<String> running = arguments.hasProgram() ? List.of() : finder.running();
            throw running.isEmpty() ? e
                    : new UsageException(e.getMessage() + "; to start what is stopped in a primary that runs, name it"
                            + " by --name: " + String.join(", ", running));
        }
    }

    /** A primary that answers. */
    private record Running(Holder holder, ControlClient client) {}

    /** {@return a connection to the primary that the arguments select, if it runs} */
    private Optional<Running> running(Arguments arguments) throws CommandFailure {
        boolean selects = finder.file(arguments).isPresent() || arguments.name.isPresent() || !arguments.ids.isEmpty();
        if (arguments.hasProgram() || !selects) {
            return Optional.empty();
        }
        List<Running> found = new ArrayList<>();
        for (Holder holder : finder.all(arguments)) {
            connect(holder).ifPresent(client -> found.add(new Running(holder, client)));
        }
        if (found.size() > 1) {
            found.forEach(each -> each.client().close());
            throw PrimaryFinder.several(found.stream().map(Running::holder).toList());
        }
        return found.stream().findFirst();
    }

    /** {@return a connection; empty if the primary was killed and has left its files} */
    private static Optional<ControlClient> connect(Holder holder) throws CommandFailure {
        try {
            return Optional.of(ControlClient.connect(Path.of(holder.socket())));
        } catch (CommandFailure e) {
            if (e.exitCode() == CommandLine.NOT_PERMITTED) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Refuses a name that a running primary has: the new one would end, and the old one answer in its place. */
    private void refuseTaken(String name) throws IOException, CommandFailure {
        Optional<Holder> holder = PrimaryLock.read(home.folder(name));
        Optional<ControlClient> answers = holder.isPresent() ? connect(holder.get()) : Optional.empty();
        if (answers.isPresent()) {
            answers.get().close();
            throw new CommandFailure(CommandLine.FAILED, PrimaryLock.taken(name, holder));
        }
    }

    /**
     * Starts {@code run} in a session of its own. The JDK closes all descriptors but the three that are named.
     *
     * @param inherits whether it needs the standard input of this command, which must be a listening socket then
     */
    private Process launch(Arguments arguments, Path log, boolean inherits) throws IOException {
        List<String> words = new ArrayList<>();
        for (String setsid : SETSID) {
            if (words.isEmpty() && Files.isExecutable(Path.of(setsid))) {
                words.add(setsid);
            }
        }
        if (words.isEmpty() && !Scripts.isWindows()) {
            words.add("nohup");
        }
        words.add(Scripts.java());
        words.addAll(PrimaryJvm.flags(System.getenv()));
        words.addAll(List.of("-jar", Scripts.jar(), "run", "--detached"));
        finder.file(arguments).filter(file -> !arguments.hasProgram())
                .ifPresent(file -> words.addAll(List.of("-c", file.toString())));
        arguments.variant.ifPresent(variant -> words.addAll(List.of("--env", variant)));
        arguments.name.ifPresent(name -> words.addAll(List.of("--name", name)));
        if (arguments.hasProgram()) {
            words.addAll(List.of("-n", Integer.toString(arguments.instances.orElse(1))));
            if (arguments.port.isPresent()) {
                words.addAll(List.of("-p", Integer.toString(arguments.port.getAsInt())));
            }
            arguments.jar.ifPresent(jar -> words.addAll(List.of("--jar", jar)));
            if (!arguments.program.isEmpty()) {
                words.add("--");
                words.addAll(arguments.program);
            }
        }
        File file = log.toFile();
        return new ProcessBuilder(words).directory(directory.toFile())
                .redirectInput(inherits ? ProcessBuilder.Redirect.INHERIT
                        : ProcessBuilder.Redirect.from(new File(Scripts.isWindows() ? "NUL" : "/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
                .redirectError(ProcessBuilder.Redirect.appendTo(file)).start();
    }

    /** Connects to the launched process and no other: only one process is the primary of a name. */
    private static ControlClient connect(String name, Path folder, Process primary, Path log, long begin)
            throws CommandFailure, IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CONNECT_SECONDS);
        while (System.nanoTime() < deadline) {
            boolean ended = primary.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
            Optional<Holder> holder = PrimaryLock.read(folder);
            if (holder.isPresent() && holder.get().pid() == primary.pid()
                    && Files.exists(Path.of(holder.get().socket()))) {
                try {
                    return ControlClient.connect(Path.of(holder.get().socket()));
                } catch (CommandFailure e) {
                    // not yet, or what a killed primary has left
                }
            }
            if (ended) {
                throw new CommandFailure(CommandLine.FAILED, "\"" + name + "\" did not start: its primary has ended"
                        + " with exit code " + primary.exitValue() + "; " + PrimaryOutput.hint(name, log),
                        tail(log, begin));
            }
        }
        throw new CommandFailure(CommandLine.FAILED, "the primary of \"" + name + "\" (process " + primary.pid()
                + ") does not answer within " + CONNECT_SECONDS + " s; " + PrimaryOutput.hint(name, log),
                tail(log, begin));
    }

    private static String tail(Path log, long begin) throws IOException {
        byte[] all = Files.readAllBytes(log);
        String text = new String(all, (int) Math.min(begin, all.length), all.length - (int) Math.min(begin, all.length),
                StandardCharsets.UTF_8);
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }

    /** {@return the processes of which all programs have ended with exit status 0 and are not restarted} */
    private List<String> await(ControlClient client, Arguments arguments, Optional<FileSpec> started)
            throws CommandFailure {
        try (client) {
            Map<String, Object> request = new LinkedHashMap<>();
            request.put("do", "start");
            request.put("progress", true);
            if (started.isPresent()) {
                request.put("first", true);
            }
            if (!arguments.ids.isEmpty()) {
                request.put("id", arguments.ids);
            }
            try {
                Map<String, Object> answer = client.call(request, Progress.on(out), arguments.timeoutSeconds);
                return answer.get("ended") instanceof List<?> ended ? ended.stream().map(String::valueOf).toList()
                        : List.of();
            } catch (CommandFailure e) {
                throw started.isEmpty() || e.isUnfinished() ? e
                        : new CommandFailure(e.exitCode(), e.getMessage() + "\nmusher: \"" + started.get().name()
                                + "\" runs and goes on trying until it has given up: see musher status, or end it by"
                                + " musher stop --name " + started.get().name(),
                                e.lastOutput());
            }
        }
    }
}
