package io.musher.ops.internal.cli;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.launch.MissingJar;
import io.musher.ops.internal.control.Home;
import io.musher.ops.internal.control.PrimaryLock.Holder;
import io.musher.ops.internal.file.FileProblems;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.Messages;
import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.run.Primary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Carries out one call of the command line. */
public final class CommandLine {

    static final int DONE = 0;
    static final int FAILED = 1;
    /** Bad arguments, or a bad file. */
    static final int MISUSED = 2;
    static final int NOT_RUNNING = 3;
    static final int UNKNOWN_ID = 4;
    static final int NOT_PERMITTED = 5;

    /** How long clients can ask a primary why all has failed. */
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;

    /** Creates a command line that looks for files in a folder. */
    public CommandLine(Path directory, PrintStream out, PrintStream err) {
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    /** {@return the exit code} */
    public int run(String... words) {
        try {
            return run(Arguments.parse(words));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } catch (UsageException e) {
            String message = Messages.of(e);
            err.println("musher: " + message + (message.endsWith("?") ? " " : "; ")
                    + "musher --help lists all commands and options");
        } catch (FileProblems e) {
            err.println(e.getMessage());
        } catch (IOException e) {
            err.println("musher: " + e.getMessage());
            return FAILED;
        } catch (CommandFailure e) {
            if (!e.lastOutput().isBlank()) { // it may be long: the reason and what to do come last
                e.lastOutput().lines().forEach(line -> err.println("  | " + line));
            }
            err.println("musher: " + e.getMessage());
            return e.exitCode();
        }
        return MISUSED;
    }

    private int run(Arguments arguments)
            throws UsageException, FileProblems, CommandFailure, IOException, InterruptedException {
        switch (arguments.command) {
            case "help" -> out.print(resource("usage.txt"));
            case "version" -> out.println("musher " + version());
            case "completion" -> out.print(resource("completion.bash"));
            case "wrapper" -> out.print(Scripts.wrapper());
            case "unit" -> out.print(Scripts.unit(arguments, needFile(arguments), spec(arguments)));
            case "check" -> check(arguments);
            case "run" -> {
                Primary.Options options = new Primary.Options(arguments.detached, LINGER, arguments.once, () -> {
                    try {
                        return spec(arguments);
                    } catch (UsageException e) {
                        throw new FileProblems(Messages.of(e));
                    }
                }, version());
                FileSpec spec = spec(arguments);
                spec.ignored().forEach(line -> err.println("ignored: " + line));
                return new Primary(spec, options, Home.find(), out, err).run();
            }
            default -> {
                Home home = Home.find();
                PrimaryFinder finder = new PrimaryFinder(home, directory);
                if (arguments.command.equals("start")) {
                    return new Starter(home, finder, directory, out, err).start(arguments,
                            () -> spec(arguments));
                }
                return new ClientCommands(finder, out, err).run(arguments);
            }
        }
        return printed(DONE, out, err);
    }

    /**
     * {@return the status of a command that prints what was asked for: as given, or failed if not all could be written}
     * Silent if the reader has left, as {@code head} does.
     */
    static int printed(int status, PrintStream out, PrintStream err) {
        if (!out.checkError()) {
            return status;
        }
        if (!Terminal.isPipe()) {
            err.println("musher: the output could not be written; is the disk full?");
        }
        return Math.max(status, FAILED);
    }

    private FileSpec spec(Arguments arguments) throws FileProblems, UsageException {
        FileSpec spec = arguments.hasProgram() ? ofProgram(arguments)
                : MusherFile.read(needFile(arguments), arguments.variant);
        FileSpec named = arguments.name.isPresent() ? spec.named(arguments.name.get()) : spec;
        return arguments.once ? named.once() : named;
    }

    private FileSpec ofProgram(Arguments arguments) throws FileProblems, UsageException {
        if (arguments.jar.isPresent()) {
            return ofJar(arguments, arguments.jar.get());
        }
        refuseFileThatIsNoProgram(arguments);
        Optional<Path> missing = MissingJar.of(arguments.program, directory);
        if (missing.isPresent()) {
            throw new UsageException("java -jar: there is no file " + missing.get());
        }
        String name = arguments.name.orElse(ProgramName.of(arguments.program));
        return MusherFile.ofCommand(directory, name, arguments.program, arguments.instances.orElse(1), arguments.port);
    }

    private FileSpec ofJar(Arguments arguments, String jar) throws FileProblems, UsageException {
        if (!Files.isRegularFile(directory.resolve(jar))) {
            throw new UsageException("--jar: there is no file " + directory.resolve(jar).normalize());
        }
        String name = arguments.name.orElse(ProgramName.of(List.of("java", "-jar", jar)));
        return MusherFile.ofJar(directory, name, jar, arguments.program, arguments.instances.orElse(1),
                arguments.port);
    }

    /** Says by what a file is run that somewhere else needs no such word. */
    private void refuseFileThatIsNoProgram(Arguments arguments) throws UsageException {
        String word = arguments.program.get(0);
        String run = Hints.program(word);
        if (!run.equals(word) && !Files.isExecutable(directory.resolve(word))) {
            List<String> args = arguments.program.subList(1, arguments.program.size());
            throw new UsageException("\"" + word + "\" is no program; did you mean: musher " + arguments.command
                    + (word.endsWith(".jar") ? " --jar " + word + ", or" : "") + " -- " + run
                    + (args.isEmpty() ? "" : " " + String.join(" ", args)));
        }
    }

    private Path needFile(Arguments arguments) throws UsageException {
        return arguments.file.map(directory::resolve).or(() -> MusherFile.find(directory))
                .or(() -> MusherFile.findJavaScript(directory)).orElseThrow(
                        () -> new UsageException("no config file in " + directory + ": looked for "
                                + String.join(", ", MusherFile.names()) + "; name another one with -c FILE"));
    }

    private void check(Arguments arguments) throws FileProblems, UsageException {
        Path file = needFile(arguments);
        FileSpec spec = MusherFile.read(file, arguments.variant);
        if (spec.control().group().isPresent()) {
            try {
                Home.checkGroup(spec.control().group().get());
            } catch (IOException e) {
                throw new FileProblems(file.getFileName() + ": " + Messages.of(e));
            }
        }
        spec.ignored().forEach(line -> out.println("ignored: " + line));
        out.println(file.getFileName() + ": \"" + spec.name() + "\" is valid: "
                + spec.processes().stream().map(CommandLine::describe).collect(Collectors.joining(", ")));
    }

    private static String describe(ProcessSpec process) {
        String when = process.schedule().map(cron -> " (" + cron + ")").orElse("");
        String workers = process.instances() == 1 ? "" : " x " + process.instances();
        String port = process.port().inherited() ? " on the inherited socket"
                : process.port().common().isPresent() ? " on port " + process.port().common().getAsInt() : "";
        return process.id() + when + workers + port;
    }

    private static String version() {
        @Nullable
        String version = CommandLine.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    static String resource(String name) {
        try (InputStream in = CommandLine.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar is incomplete: " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the jar cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@return the holder's name, for messages} */
    static String quoted(Holder holder) {
        return "\"" + holder.name() + "\"";
    }
}
