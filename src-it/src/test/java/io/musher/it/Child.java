package io.musher.it;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A process a test started. Every failed wait throws an error that carries the whole {@link #report()}; nothing that
 * came from the process outlives {@link #close()}. Made by {@link Children}.
 */
final class Child implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String command;
    private final Duration grace;
    private final ProcessFamily family = new ProcessFamily();
    private final RecentOutput tail = new RecentOutput();
    private final Process process;

    Child(ProcessBuilder builder, Duration grace) throws IOException {
        this.command = String.join(" ", builder.command());
        this.grace = grace;
        family.mark(builder);
        process = builder.start();
        tail.follow("out", process.getInputStream());
        tail.follow("err", process.getErrorStream());
    }

    /** The launcher children run on: that of the home in {@code musher.it.jdk}, or the running one. */
    static String java() {
        String home = System.getProperty("musher.it.jdk", "");
        return Path.of(home.isEmpty() ? System.getProperty("java.home") : home, "bin", "java").toString();
    }

    long pid() {
        return process.pid();
    }

    /** Itself and all that came from it and live. */
    Set<ProcessHandle> family() {
        return family.alive();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Where it reads from. */
    OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Waits for a line of either output in which the pattern is found; each line is returned once. */
    MatchResult awaitLine(String regex) throws InterruptedException {
        return awaitLine(regex, PATIENCE);
    }

    /** As above, with a limit of its own. */
    MatchResult awaitLine(String regex, Duration limit) throws InterruptedException {
        return tail.await(Pattern.compile(regex), limit)
                .orElseThrow(() -> new AssertionError("no line with '" + regex + "' from " + report()));
    }

    /** Waits for the end of the process and of its outputs. */
    int exitCode(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("no end within " + limit + " of " + report());
        }
        tail.awaitEnd(Duration.ofSeconds(1));
        return process.exitValue();
    }

    /** What is left of the standard output: the end of it, when there was much. */
    String stdout() {
        return tail.text("out");
    }

    /** What is left of the standard error, likewise. */
    String stderr() {
        return tail.text("err");
    }

    /** Sends a signal by name, such as {@code TERM}. */
    void signal(String name) throws IOException, InterruptedException {
        if (!signal(name, pid())) {
            throw new AssertionError("cannot send " + name + " to " + report());
        }
    }

    /** Sends a signal to any process or, below zero, to a process group; tells whether there was one. */
    static boolean signal(String name, long id) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -s \"$1\" -- \"$2\"", "sh", name, Long.toString(id))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return kill.waitFor() == 0;
    }

    /** Command, exit code and last output. */
    String report() {
        String state = process.isAlive() ? "still running" : "exit code " + process.exitValue();
        return "child " + pid() + " (" + state + "): " + command + "\n" + tail;
    }

    /**
     * Kills the process and its descendants. Throws if one of them cannot be killed, or outlives a process that has
     * ended by itself.
     */
    @Override
    public void close() {
        boolean ended = !process.isAlive();
        family.add(process.toHandle());
        if (!ended) {
            process.destroyForcibly();
        }
        long deadline = System.nanoTime() + grace.toNanos();
        Set<ProcessHandle> left = family.alive();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            if (!ended) {
                left.forEach(ProcessHandle::destroyForcibly);
            }
            LockSupport.parkNanos(5_000_000);
            left = family.alive();
        }
        if (!left.isEmpty()) {
            String names = left.stream().map(Child::name).collect(Collectors.joining(", "));
            left.forEach(ProcessHandle::destroyForcibly);
            throw new AssertionError(names + " outlived " + report());
        }
    }

    private static String name(ProcessHandle process) {
        return process.pid() + " (" + process.info().commandLine().orElse("?") + ")";
    }
}
