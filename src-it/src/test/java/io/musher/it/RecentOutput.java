package io.musher.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The last lines a process printed, both outputs in order of arrival. Older lines are forgotten and endless ones are
 * cut, so a process that floods its outputs costs no more memory than a silent one. Safe for use by several threads.
 */
final class RecentOutput {

    private static final int MAX_CHARS = 64 * 1024;
    private static final int MAX_LINE = 8 * 1024;

    private final Deque<Line> lines = new ArrayDeque<>();
    private int chars;
    private long forgotten;
    private int open;

    /** Reads an output to its end, on a thread of its own. */
    void follow(String source, InputStream in) {
        synchronized (this) {
            open++;
        }
        Thread pump = new Thread(() -> pump(source, in), "child-" + source);
        pump.setDaemon(true);
        pump.start();
    }

    /** The first line that fits and that no earlier call has returned; empty after the time or at the end. */
    synchronized Optional<MatchResult> await(Pattern pattern, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            for (Line line : lines) {
                Matcher matcher = pattern.matcher(line.text);
                if (!line.taken && matcher.find()) {
                    line.taken = true;
                    return Optional.of(matcher.toMatchResult());
                }
            }
            if (open == 0 || !pause(deadline)) {
                return Optional.empty();
            }
        }
    }

    /** Waits for the end of both outputs, which a grandchild may keep open. */
    synchronized void awaitEnd(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (open > 0 && pause(deadline)) {
            continue;
        }
    }

    /** What is left of one output. */
    synchronized String text(String source) {
        return lines.stream().filter(line -> line.source.equals(source)).map(line -> line.text)
                .collect(Collectors.joining("\n"));
    }

    /** What is left of both outputs, each line with its source. */
    @Override
    public synchronized String toString() {
        return (forgotten == 0 ? "" : "  (" + forgotten + " earlier lines)\n")
                + lines.stream().map(line -> "  " + line.source + "| " + line.text).collect(Collectors.joining("\n"));
    }

    private boolean pause(long deadline) throws InterruptedException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis > 0) {
            wait(millis);
        }
        return millis > 0;
    }

    private void pump(String source, InputStream in) {
        StringBuilder line = new StringBuilder();
        try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            char[] chunk = new char[4096];
            for (int n = reader.read(chunk); n >= 0; n = reader.read(chunk)) {
                for (int i = 0; i < n; i++) {
                    if (chunk[i] != '\n') {
                        line.append(chunk[i]);
                    }
                    if (chunk[i] == '\n' || line.length() == MAX_LINE) {
                        add(source, line);
                    }
                }
            }
        } catch (IOException e) {
            line.append("(reading ended: ").append(e).append(')');
        }
        synchronized (this) {
            if (line.length() > 0) {
                add(source, line);
            }
            open--;
            notifyAll();
        }
    }

    private synchronized void add(String source, StringBuilder text) {
        lines.add(new Line(source, text.toString()));
        chars += text.length() + 1;
        text.setLength(0);
        while (chars > MAX_CHARS) {
            chars -= lines.remove().text.length() + 1;
            forgotten++;
        }
        notifyAll();
    }

    private static final class Line {
        private final String source;
        private final String text;
        private boolean taken;

        private Line(String source, String text) {
            this.source = source;
            this.text = text;
        }
    }
}
