package io.musher.ops.internal.cli;

import io.musher.ops.internal.file.NearestName;
import java.util.ArrayList;
import java.util.List;

/** Knows what to type instead of what Musher does not have: words of PM2 and Pup, and mistyped ones. */
final class Hints {

    private static final String FILE = "the config file describes what runs, such as {processes: [{id: \"web\", cmd:"
            + " \"node server.js\"}]} in musher.json; musher check checks it";

    /** Musher's, Pup's and PM2's. */
    private static final String CONFIG_FILE = ".*\\.(jsonc?|config\\.[cm]?js)";

    private Hints() {}

    /** {@return what to type instead of a word that is no command} */
    static String command(String word) {
        return switch (word) {
            case "list", "ps", "l", "jlist", "prettylist" -> "type musher ls, for scripts with --json";
            case "show", "info", "desc", "inspect" -> "type musher describe ID";
            case "log" -> "type musher logs ID, with -f to follow";
            case "monitor", "dash", "dashboard", "imonit" -> "type musher monit";
            case "delete", "del", "remove", "rm" -> "remove it from the config file, then type musher reload; without"
                    + " a file, type musher stop --name NAME";
            case "kill", "terminate", "shutdown", "quit" -> "type musher stop, which stops all processes and the"
                    + " primary";
            case "foreground" -> "type musher run";
            case "gracefulReload", "softReload" -> "type musher reload ID";
            case "sendSignal" -> "type musher signal ID NAME";
            case "block" -> "type musher stop ID, which holds until musher start ID";
            case "unblock" -> "type musher start ID";
            case "reset" -> "type musher restart ID: its restarts count from 0 again";
            case "env" -> "the environment is \"env\" in the config file, and that of musher start";
            case "flush", "reloadLogs" -> "log files are rotated: \"logger\" in the config file has \"maxSize\" and"
                    + " \"keep\"";
            case "save", "dump", "resurrect", "cleardump" -> "nothing needs to be saved: type musher start, which runs"
                    + " the config file";
            case "startup", "unstartup", "install", "uninstall", "enable-service", "disable-service" ->
                    "type musher unit, which prints a unit for systemd";
            case "init", "setup", "ecosystem", "append" -> FILE;
            case "upgrade", "update" -> "replace musher.jar, then type musher stop and musher start";
            case "ping" -> "type musher status: exit status 3 means that no primary runs";
            default -> unknown(word);
        };
    }

    private static String unknown(String word) {
        if (word.startsWith("-")) {
            return option(word).isEmpty() ? "the command comes first, as in musher status " + word
                    : "type " + option(word);
        }
        return isProgram(word)
                ? "to run a program, type musher run " + (Script.isJar(word) ? "--jar " + word : "-- " + program(word))
                : NearestName.of(word, Arguments.COMMANDS).map(near -> "did you mean \"" + near + "\"?").orElse("");
    }

    /** {@return what to type instead of an option that Musher does not have; empty if that is unknown} */
    static String option(String word) {
        return switch (word) {
            case "--cmd", "-C" -> "musher run -- PROGRAM, or musher start -- PROGRAM";
            case "--watch", "-w", "-W" -> "\"watch\": [\"src\"] in the config file";
            case "--ignore-watch" -> "\"watcher\": {\"skip\": [\"tmp\"]} in the config file";
            case "--restart-delay", "--exp-backoff-restart-delay" -> "\"restartDelayMs\" in the config file; without"
                    + " it, delays grow";
            case "--max-restarts" -> "\"restartLimit\" in the config file";
            case "--kill-timeout" -> "\"terminateTimeout\" in the config file";
            case "--node-args", "--interpreter-args" -> "musher start -- node ARGUMENT... SCRIPT";
            case "--err", "--out", "--severity" -> "\"logger\": {\"stderr\": \"web.err\"} in the config file: the"
                    + " lines of stderr are in a file of their own then";
            case "--start", "--end" -> "--since 10m, from when on";
            case "--max-memory-restart" -> "\"maxMemory\": \"800M\" in the config file";
            case "--cron", "--cron-restart" -> "\"cron\" (a job) or \"terminate\" (a restart) in the config file";
            case "--autostart", "-A" ->
                    "nothing, processes of the config file start unless they say \"autostart\": false";
            case "--no-autorestart" -> "musher run --once, or \"restart\": \"never\" in the config file";
            case "--no-daemon", "--attach", "--foreground" -> "musher run, which stays in the foreground";
            case "-o", "--output", "-e", "--error", "-l", "--log", "--stdout", "--stderr" ->
                    "\"logger\": {\"stdout\": \"web.log\"} in the"
                            + " config file";
            case "--interpreter" -> "musher start -- INTERPRETER SCRIPT";
            case "--update-env" -> "nothing, restart and reload read the config file with its variables";
            case "--only" -> "\"autostart\": false for the others in the config file";
            case "--listen-timeout", "--start-timeout" -> "\"startTimeout\": 90 (seconds) in the config file";
            case "--common-port" -> "--port";
            case "--start-port", "--strategy", "--scheduling" -> "\"cluster\" in the config file";
            case "--cwd" -> "\"cwd\" in the config file, or cd before musher start";
            default -> word.startsWith("-X") || word.startsWith("-D")
                    ? "\"jvmArgs\": [\"" + word + "\"] in the config file"
                    : "";
        };
    }

    /** {@return whether a word looks like a program rather than the id of a process} */
    static boolean isProgram(String word) {
        return word.indexOf('/') >= 0 || word.indexOf('.') > 0;
    }

    /** {@return whether a word is the name of a config file} */
    static boolean isConfigFile(String word) {
        return word.matches(CONFIG_FILE);
    }

    /** {@return how a program is run, by the end of its name; a whole command line as it is} */
    static String program(String word) {
        return word.indexOf(' ') > 0 ? word : Script.isJar(word) ? "java -jar " + word
                : Script.interpreter(word).map(interpreter -> interpreter + " " + word).orElse(word);
    }

    /** {@return what to type instead of words in front of the dashes that are no script: a name, or the program} */
    static String wordsBeforeDashes(Arguments arguments) {
        String words = String.join(" ", arguments.ids);
        String rest = String.join(" ", arguments.program);
        return "if " + arguments.ids.get(0) + " is the program, type musher " + arguments.command + " -- " + words + " "
                + rest + "; for a name, type musher " + arguments.command + " --name " + arguments.ids.get(0) + " -- "
                + rest;
    }

    /** {@return the command that runs a program with options that were given without one} */
    static String program(Arguments arguments) {
        List<String> words = new ArrayList<>(List.of("musher", arguments.command));
        arguments.instances.ifPresent(number -> words.addAll(List.of("-n", Integer.toString(number))));
        arguments.port.ifPresent(number -> words.addAll(List.of("-p", Integer.toString(number))));
        arguments.name.ifPresent(name -> words.addAll(List.of("--name", name)));
        if (arguments.jar.isPresent()) {
            words.addAll(List.of("--jar", arguments.jar.get(), "--"));
            words.addAll(arguments.ids);
            return String.join(" ", words);
        }
        if (arguments.script.isPresent()) {
            words.addAll(List.of(arguments.script.get(), "--"));
            words.addAll(arguments.ids);
            return String.join(" ", words);
        }
        if (!arguments.ids.isEmpty() && Script.isJar(arguments.ids.get(0))) {
            words.addAll(List.of("--jar", arguments.ids.get(0)));
            return String.join(" ", words);
        }
        words.addAll(List.of("--", arguments.ids.isEmpty() ? "PROGRAM" : program(arguments.ids.get(0))));
        return String.join(" ", words);
    }
}
