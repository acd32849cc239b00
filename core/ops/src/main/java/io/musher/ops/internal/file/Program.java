package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process runs. */
public sealed interface Program {

    /**
     * A line for the shell.
     *
     * @param line runs by {@code /bin/sh -c}, on Windows by {@code cmd /c}; without placeholders
     */
    record ShellLine(String line) implements Program {

        /** One command: its name, then words, variables and redirections. */
        private static final Pattern ONE_COMMAND = Pattern
                .compile("([A-Za-z0-9_./+-]+)([ \\t]([^;&|()`\\n]|>&[0-9-])*)?");
        /** What a shell carries out itself, and what begins a compound command. */
        private static final Set<String> BUILTINS = Set.of(".", "alias", "bg", "break", "case", "cd", "command",
                "continue", "do", "echo", "eval", "exec", "exit", "export", "false", "fg", "for", "getopts", "hash",
                "if", "jobs", "kill", "let", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift",
                "source", "test", "time", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset",
                "until", "wait", "while");

        /**
         * {@return the line for a POSIX shell, in whose place its program runs if that is all there is to run: signals
         * reach the program then, and the process id is its own}
         */
        public String inPlaceOfShell() {
            Matcher matcher = ONE_COMMAND.matcher(line.strip());
            return matcher.matches() && !BUILTINS.contains(matcher.group(1)) ? "exec " + line.strip() : line;
        }
    }

    /**
     * A program and its arguments, executed without a shell.
     *
     * @param words may contain placeholders
     */
    record Words(List<String> words) implements Program {}

    /**
     * A jar that runs in JVMs which share the machine's memory and processors.
     *
     * @param jar absolute
     * @param args arguments of its main method
     * @param jvmArgs flags of its JVMs
     */
    record Jar(Path jar, List<String> args, List<String> jvmArgs) implements Program {}
}
