package io.musher.ops.internal.cli;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The arguments of one call of the command line. */
final class Arguments {

    static final List<String> COMMANDS = List.of("run", "start", "status", "ls", "describe", "scale", "reload",
            "restart", "stop", "signal", "logs", "monit", "check", "unit", "completion", "wrapper");

    /** By how many workers to scale; what {@link Integer#parseInt} takes. */
    private static final Pattern CHANGE = Pattern.compile("[+-][0-9]{1,6}");

    private static final List<String> READERS = List.of("run", "start", "check", "unit");
    private static final List<String> COUNTED = List.of("run", "start", "scale", "logs");
    private static final List<String> ANSWERED = List.of("status", "ls", "describe", "logs", "scale", "reload",
            "restart", "stop", "signal");
    private static final List<String> AWAITED = List.of("status", "ls", "describe", "start", "scale", "reload",
            "restart", "stop", "signal");

    final String command;
    Optional<Path> file = Optional.empty();
    Optional<String> variant = Optional.empty();
    Optional<String> name = Optional.empty();
    OptionalInt instances = OptionalInt.empty();
    /** By how many workers to scale, instead of to how many. */
    OptionalInt change = OptionalInt.empty();
    OptionalInt port = OptionalInt.empty();
    OptionalInt timeoutSeconds = OptionalInt.empty();
    int lines = 50;
    long sinceSeconds;
    boolean follow;
    boolean times;
    private boolean ofLogs;
    boolean json;
    boolean detached;
    boolean once;
    boolean ofPrimary;
    /** A jar to run; the program is its arguments then. */
    Optional<String> jar = Optional.empty();
    String signal = "";
    List<String> program = List.of();
    /** A script that was named without dashes; the program is its interpreter, the script and its arguments then. */
    Optional<String> script = Optional.empty();
    final List<String> ids = new ArrayList<>();

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
        String command = rest.isEmpty() ? "help" : rest.peek();
        switch (command) {
            case "-h", "--help", "help" -> {
                return new Arguments("help");
            }
            case "-v", "-V", "--version", "version" -> { // -v is PM2's and Pup's
                return new Arguments("version");
            }
            default -> {
                if (command.startsWith("-") && List.of(words).contains("--instances")) {
                    command = "scale"; // as Pup writes it: musher --id web --instances 6
                } else {
                    rest.poll();
                }
            }
        }
        if (!COMMANDS.contains(command)) {
            String hint = Hints.command(command);
            throw new UsageException("unknown command \"" + command + "\"" + (hint.isEmpty() ? "" : ": " + hint));
        }
        Arguments arguments = new Arguments(command);
        while (!rest.isEmpty()) {
            if (!arguments.take(rest.poll(), rest)) {
                return new Arguments("help");
            }
        }
        arguments.check();
        return arguments;
    }

    /** {@return whether the word is not the one for help} */
    private boolean take(String first, Deque<String> rest) throws UsageException {
        String word = first;
        int equals = word.startsWith("--") ? word.indexOf('=') : -1;
        if (equals > 0) {
            rest.push(word.substring(equals + 1));
            word = word.substring(0, equals);
        }
        switch (word) {
            case "-h", "--help" -> {
                return false;
            }
            case "-c", "--config" -> file = Optional.of(Values.path(word, rest));
            case "-n", "-i", "--instances" -> instances = OptionalInt.of(Values.instances(word, rest));
            case "-p", "--port" -> port = OptionalInt.of(Values.number(word, rest));
            case "--name" -> name = Optional.of(Values.value(word, rest));
            case "--id" -> ids.add(Values.value(word, rest));
            case "--json" -> json = true;
            case "--timeout" -> timeoutSeconds = OptionalInt.of(Values.number(word, rest));
            case "--lines" -> {
                lines = Values.number(word, rest);
                ofLogs = true;
            }
            case "-f", "--follow" -> {
                follow = true;
                ofLogs = true;
            }
            case "--time", "--timestamp" -> {
                times = true;
                ofLogs = true;
            }
            case "--since" -> {
                sinceSeconds = Values.seconds(word, rest);
                ofLogs = true;
            }
            case "--once" -> once = true;
            case "--jar" -> jar = Optional.of(Values.value(word, rest));
            case "--primary" -> ofPrimary = true;
            case "--detached" -> detached = true; // what start adds to run
            case "--env" -> variant = Optional.of(Values.value(word, rest));
            case "--" -> {
                if (rest.isEmpty()) {
                    throw new UsageException("-- needs a program");
                }
                List<String> words = new ArrayList<>(program); // of a script, if it was named before
                words.addAll(rest);
                program = List.copyOf(words);
                rest.clear();
            }
            default -> {
                if (word.startsWith("-") && !(command.equals("scale") && CHANGE.matcher(word).matches())) {
                    String hint = Hints.option(word);
                    throw new UsageException(command + ": unknown option \"" + word + "\""
                            + (hint.isEmpty() ? missingDashes() : ": type " + hint));
                }
                boolean leads = file.isEmpty() && ids.isEmpty() && !hasProgram();
                if (leads && Hints.isConfigFile(word)) {
                    file = Optional.of(Values.path("-c", new ArrayDeque<>(List.of(word))));
                } else if (leads && runs() && Script.exists(word)) {
                    script(word);
                } else {
                    ids.add(word);
                }
            }
        }
        return true;
    }

    private void script(String word) {
        if (Script.isJar(word)) {
            jar = Optional.of(word);
        } else {
            program = Script.command(word);
            script = Optional.of(word);
        }
    }

    /** {@return what to do if the words are a program and its arguments; empty for other commands} */
    private String missingDashes() {
        return !runs() || ids.isEmpty() ? ""
                : "; if " + ids.get(0) + " is a program, put -- before it: musher " + command + " -- "
                        + ids.get(0)
                        + " ...";
    }

    /** {@return whether the arguments say what to run, in the place of a config file} */
    boolean hasProgram() {
        return jar.isPresent() || !program.isEmpty();
    }

    private boolean runs() {
        return command.equals("run") || command.equals("start");
    }

    private void check() throws UsageException {
        boolean runs = runs();
        if (runs) {
            Values.checkRange("--port (-p)", port, 1, 65_535);
            if (instances.isPresent() && instances.getAsInt() == 0) { // to PM2 one for each processor
                throw new UsageException("--instances (-n) is 0, expected a whole number from 1 to 1000, or max:"
                        + " one for each processor");
            }
            Values.checkRange("--instances (-n)", instances, 1, 1_000);
        }
        if (hasProgram() && (!runs || file.isPresent())) {
            throw new UsageException("a program after -- or --jar goes with run or start, and without a config file");
        }
        if (hasProgram() && !ids.isEmpty()) {
            throw new UsageException(command + ": unknown argument \"" + ids.get(0) + "\": "
                    + (script.isPresent() || jar.isPresent() ? "for the program, type " + Hints.program(this)
                            : Hints.wordsBeforeDashes(this)));
        }
        if (ofPrimary && (!command.equals("logs") || !ids.isEmpty() || json || times || sinceSeconds > 0)) {
            throw new UsageException("--primary goes with logs, without an ID, --json, --time or --since");
        }
        checkGoesWith(once, "--once", List.of("run", "monit"));
        checkGoesWith(json, "--json", ANSWERED);
        checkGoesWithout(name.isPresent(), "--name", List.of("check", "completion", "wrapper"));
        checkGoesWithout(file.isPresent(), "-c", List.of("completion", "wrapper"));
        checkGoesWith(instances.isPresent(), "--instances (-n)", COUNTED);
        checkGoesWith(detached, "--detached", List.of("run"));
        checkGoesWith(timeoutSeconds.isPresent(), "--timeout", AWAITED);
        if (variant.isPresent() && List.of("reload", "restart").contains(command)) {
            throw new UsageException(command + ": a primary that runs keeps the --env that it was started with; for"
                    + " another one type musher stop, then musher start --env " + variant.get());
        }
        checkGoesWith(variant.isPresent(), "--env", READERS);
        if (variant.isPresent() && hasProgram()) {
            throw new UsageException("--env chooses among the variables of a config file, and goes without a program");
        }
        if (!hasProgram() && (runs && instances.isPresent() || port.isPresent())) {
            throw new UsageException(
                    "--instances and --port need a program after --, or --jar; the config file has its own: type "
                            + Hints.program(this));
        }
        if (ofLogs && !command.equals("logs")) {
            throw new UsageException(command + ": --lines, --follow, --since and --time go with logs");
        }
        switch (command) {
            case "run", "check", "unit", "wrapper", "monit" -> {
                if (!ids.isEmpty()) {
                    throw new UsageException(command + ": unknown argument \"" + ids.get(0) + "\""
                            + (command.equals("run") ? ": to run a program, type " + Hints.program(this) : ""));
                }
            }
            case "completion" -> {
                if (!ids.isEmpty() && !ids.equals(List.of("bash"))) {
                    throw new UsageException("completion: there is one for bash only");
                }
            }
            case "scale" -> {
                if (instances.isEmpty() && ids.size() > 1) {
                    String last = ids.remove(ids.size() - 1);
                    if (CHANGE.matcher(last).matches()) {
                        change = OptionalInt.of(Integer.parseInt(last));
                    } else {
                        instances = OptionalInt.of(Values.instances("scale", new ArrayDeque<>(List.of(last))));
                    }
                }
                if (instances.isEmpty() && change.isEmpty() || ids.isEmpty()) {
                    throw new UsageException("scale: expected a process and a number, such as scale web 6, or"
                            + " scale web +1");
                }
            }
            case "signal" -> {
                if (ids.size() < 2) {
                    throw new UsageException("signal: expected a process or worker and a signal, such as"
                            + " signal web USR1");
                }
                signal = ids.remove(ids.size() - 1);
            }
            case "logs" -> {
                lines = instances.orElse(lines); // -n
                instances = OptionalInt.empty();
            }
            default -> {}
        }
    }

    private void checkGoesWithout(boolean given, String option, List<String> commands) throws UsageException {
        if (given && commands.contains(command)) {
            throw new UsageException(command + ": " + option + " has no effect on it: leave it out");
        }
    }

    private void checkGoesWith(boolean given, String option, List<String> commands) throws UsageException {
        if (given && !commands.contains(command)) {
            throw new UsageException(command + ": " + option + " goes with " + String.join(", ", commands));
        }
    }
}
