package io.musher.ops.internal.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The arguments of one call of the command line. */
final class Arguments {

    static final String USAGE = """
            usage: musher COMMAND [options]

              run                  run what the config file describes, in the foreground
              run [-n N] [-p PORT] -- PROGRAM [ARGUMENT]...
                                   run one program, without a config file
              check                check the config file, start nothing

            options:
              -c, --config FILE    the config file (default: the first of musher.json, musher.jsonc, pup.json,
                                   pup.jsonc and ecosystem.json in this folder)
              --env NAME           use env_NAME of the apps in a file of PM2's
              -n, --instances N    how many workers run the program (default: 1)
              -p, --port PORT      the port that its clients connect to; each worker listens on the PORT of its
                                   environment
              --name NAME          its name (default: the program's)
              -h, --help           print this help
              -V, --version        print the version
            """;

    private static final List<String> COMMANDS = List.of("run", "check");

    final String command;
    Optional<Path> file = Optional.empty();
    Optional<String> variant = Optional.empty();
    Optional<String> name = Optional.empty();
    int instances = 1;
    OptionalInt port = OptionalInt.empty();
    List<String> program = List.of();

    private Arguments(String command) {
        this.command = command;
    }

    /**
     * Parses arguments.
     *
     * @throws UsageException at the first that cannot be understood
     */
    static Arguments parse(String... words) throws UsageException {
        Deque<String> rest = new ArrayDeque<>(List.of(words));
        String command = rest.isEmpty() ? "--help" : rest.poll();
        if (List.of("-h", "--help", "help").contains(command)) {
            return new Arguments("help");
        }
        if (List.of("-V", "--version", "version").contains(command)) {
            return new Arguments("version");
        }
        if (!COMMANDS.contains(command)) {
            throw new UsageException("unknown command \"" + command + "\"");
        }
        Arguments arguments = new Arguments(command);
        while (!rest.isEmpty()) {
            String word = rest.poll();
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            if (equals > 0) {
                rest.push(word.substring(equals + 1));
                word = word.substring(0, equals);
            }
            switch (word) {
                case "-h", "--help" -> {
                    return new Arguments("help");
                }
                case "-c", "--config" -> arguments.file = Optional.of(path(word, rest));
                case "-n", "--instances" -> arguments.instances = number(word, rest);
                case "-p", "--port" -> arguments.port = OptionalInt.of(number(word, rest));
                case "--name" -> arguments.name = Optional.of(value(word, rest));
                case "--" -> {
                    arguments.program = List.copyOf(rest);
                    rest.clear();
                    if (arguments.program.isEmpty()) {
                        throw new UsageException("-- needs a program");
                    }
                }
                case "--env" -> arguments.variant = Optional.of(value(word, rest));
                default -> throw new UsageException(command + ": unknown argument \"" + word + "\"");
            }
        }
        arguments.check();
        return arguments;
    }

    private void check() throws UsageException {
        if (!program.isEmpty() && (!command.equals("run") || file.isPresent())) {
            throw new UsageException("a program after -- goes with run, and without a config file");
        }
        if (program.isEmpty() && (instances != 1 || port.isPresent() || name.isPresent())) {
            throw new UsageException(
                    "--instances, --port and --name need a program after --; the config file has its own");
        }
    }

    private static int number(String option, Deque<String> rest) throws UsageException {
        String value = value(option, rest);
        if (!value.matches("[0-9]{1,6}")) {
            throw new UsageException(option + ": \"" + value + "\" is no number");
        }
        return Integer.parseInt(value);
    }

    private static Path path(String option, Deque<String> rest) throws UsageException {
        String value = value(option, rest);
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException(option + ": \"" + value + "\" is no path: " + e.getReason());
        }
    }

    private static String value(String option, Deque<String> rest) throws UsageException {
        if (rest.isEmpty() || rest.peek().isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return rest.poll();
    }
}
