package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.internal.ipc.RecordingChannelListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real worker: its process, what it printed, and its channel. Killed after the test with all that came from it. */
final class TestWorkerProcess implements AutoCloseable {

    private static final String END = "(end of output)";

    final Process process;
    final RecordingChannelListener listener;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();
    private final Thread pump;

    TestWorkerProcess(ProcessBuilder builder, RecordingChannelListener listener) throws IOException {
        this.listener = listener;
        process = builder.redirectErrorStream(true).start();
        pump = new Thread(this::pump, "output of a worker");
        pump.start();
    }

    private void pump() {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = in.readLine()) != null;) {
                synchronized (seen) {
                    seen.add(line);
                }
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("(" + e + ")");
        }
        lines.add(END);
    }

    /** {@return the next line it prints that is not a log line} */
    String line() throws InterruptedException {
        while (true) {
            String line = lines.poll(20, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no further line of " + this);
            }
            if (!line.matches("\\[.*|SLF4J.*|\tat .*|java\\..*|Exception in.*")) {
                return line;
            }
        }
    }

    /** The next lines it prints. */
    TestWorkerProcess prints(String... expected) throws InterruptedException {
        for (String line : expected) {
            assertEquals(line, line(), this::toString);
        }
        return this;
    }

    /** Nothing more was printed, and this is how it ended. */
    void ends(int status) throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("no end of " + this);
        }
        assertEquals(END, line(), this::toString);
        assertEquals(status, process.exitValue(), this::toString);
    }

    /** {@return whether it logged such a line} */
    boolean logged(String part) {
        synchronized (seen) {
            return seen.stream().anyMatch(line -> line.contains(part));
        }
    }

    TestWorkerProcess signal(String name) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor(), name);
        return this;
    }

    /** Lets the next step of its main begin. */
    TestWorkerProcess type(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public String toString() {
        synchronized (seen) {
            return "worker process " + process.pid()
                    + (process.isAlive() ? " (lives)" : " (exit " + process.exitValue() + ")") + ":\n  "
                    + String.join("\n  ", seen);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.toHandle().descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        Awaitility.await("a worker, its descendants and its output end")
                .until(() -> all.stream().noneMatch(ProcessHandle::isAlive) && !pump.isAlive());
    }
}
