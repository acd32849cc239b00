package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.util.List;

/** What a process runs. */
public sealed interface Program {

    /**
     * A line for the shell.
     *
     * @param line runs by {@code /bin/sh -c}, on Windows by {@code cmd /c}; without placeholders
     */
    record ShellLine(String line) implements Program {}

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
