package io.musher.ops.internal.cli;

import io.musher.ops.internal.file.FileProblems;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.run.Primary;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Carries out one call of the command line. */
public final class CommandLine {

    static final int DONE = 0;
    static final int FAILED = 1;
    /** Bad arguments, or a bad file. */
    static final int MISUSED = 2;

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
            Arguments arguments = Arguments.parse(words);
            switch (arguments.command) {
                case "help" -> out.print(Arguments.USAGE);
                case "version" -> out.println("musher " + version());
                case "run" -> {
                    return new Primary(spec(arguments), out, err).run();
                }
                default -> check(arguments);
            }
            return DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } catch (UsageException e) {
            err.println("musher: " + e.getMessage() + "; musher --help lists all commands and options");
        } catch (FileProblems e) {
            err.println(e.getMessage());
        }
        return MISUSED;
    }

    private FileSpec spec(Arguments arguments) throws FileProblems, UsageException {
        if (arguments.program.isEmpty()) {
            FileSpec spec = MusherFile.read(file(arguments), arguments.variant);
            spec.ignored().forEach(line -> err.println("ignored: " + line));
            return spec;
        }
        Path program = Path.of(arguments.program.get(0)).getFileName();
        String name = arguments.name.orElse(program == null ? "program" : program.toString());
        return MusherFile.ofCommand(directory, name, arguments.program, arguments.instances, arguments.port);
    }

    private Path file(Arguments arguments) throws UsageException {
        return arguments.file.map(directory::resolve).or(() -> MusherFile.find(directory)).orElseThrow(
                () -> new UsageException("no config file in " + directory + ": looked for "
                        + String.join(", ", MusherFile.names()) + "; name another one with -c FILE"));
    }

    private void check(Arguments arguments) throws FileProblems, UsageException {
        Path file = file(arguments);
        FileSpec spec = MusherFile.read(file, arguments.variant);
        spec.ignored().forEach(line -> out.println("ignored: " + line));
        out.println(file.getFileName() + ": \"" + spec.name() + "\" is valid: "
                + spec.processes().stream().map(CommandLine::describe).collect(Collectors.joining(", ")));
    }

    private static String describe(ProcessSpec process) {
        String when = process.schedule().map(cron -> " (" + cron + ")").orElse("");
        String workers = process.instances() == 1 ? "" : " x " + process.instances();
        String port = process.port().common().isPresent() ? " on port " + process.port().common().getAsInt() : "";
        return process.id() + when + workers + port;
    }

    private static String version() {
        String version = CommandLine.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }
}
