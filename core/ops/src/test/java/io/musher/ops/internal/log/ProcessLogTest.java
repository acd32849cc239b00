package io.musher.ops.internal.log;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Output;
import io.musher.ops.internal.file.LoggerSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLogTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00.120Z"),
            ZoneId.of("Europe/Berlin"));
    private static final Output.Line OUT = new Output.Line(7, 0, "web-1", false, "say \"hi\"\t%n");
    private static final Output.Line ERROR = new Output.Line(7, 0, "web-1", true, "oh");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int closed;

    private void write(LoggerSpec spec) {
        try (LogFiles files = new LogFiles()) {
            ProcessLog log = new ProcessLog(spec, files, new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8), CLOCK, line -> closed++);
            log.accept(OUT);
            log.accept(ERROR);
        }
    }

    private LoggerSpec spec(boolean console, boolean decorate, boolean decorateFiles, boolean json, String error) {
        return new LoggerSpec(console, Optional.of(folder.resolve("%n-%i.log")),
                Optional.ofNullable(error).map(folder::resolve),
                decorate, decorateFiles, json, 1_000, 1);
    }

    private String file(String name) throws Exception {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void shouldReportThatTheConsoleIsClosed() {
        write(spec(true, true, false, false, null));
        assertEquals(0, closed);
        try (LogFiles files = new LogFiles()) {
            PrintStream full = new PrintStream(new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    throw new IOException("Broken pipe");
                }
            });

            new ProcessLog(spec(true, true, false, false, null), files, full, full, CLOCK, line -> closed++)
                    .accept(OUT);
        }
        assertEquals(1, closed);
    }

    @Test
    void shouldCountWhatNothingReadsOfAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
        ProcessLog log = new ProcessLog(
                new LoggerSpec(false, Optional.of(pipe), Optional.empty(), false, false, false, 1_000, 1),
                new LogFiles(), System.out, System.err, CLOCK, unwritten -> closed++);
        Output.Line line = new Output.Line(7, 0, "web-1", false, "x".repeat(100_000));
        await().until(() -> {
            log.accept(line);
            return log.dropped() > 0;
        });
    }

    @Test
    void shouldWriteToTheConsoleWithTheWorkersName() throws Exception {
        write(spec(true, true, false, false, null));

        assertEquals("web-1 | say \"hi\"\t%n\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("web-1 | oh\n", err.toString(StandardCharsets.UTF_8));
        assertEquals("say \"hi\"\t%n\noh\n", file("web-1-0.log"));
    }

    @Test
    void shouldWriteErrorsToAFileOfTheirOwn() throws Exception {
        write(spec(false, true, true, false, "errors"));

        assertEquals(0, out.size() + err.size());
        assertEquals("2026-11-21T11:00:00.120+01:00 web-1 stdout say \"hi\"\t%n\n", file("web-1-0.log"));
        assertEquals("2026-11-21T11:00:00.120+01:00 web-1 stderr oh\n", file("errors"));
    }

    @Test
    void shouldWriteOneJsonObjectALine() throws Exception {
        write(spec(false, true, true, true, null));

        assertEquals("""
                {"at":"2026-11-21T11:00:00.120+01:00","worker":"web-1","stream":"stdout","text":"say \\"hi\\"\\u0009%n"}
                {"at":"2026-11-21T11:00:00.120+01:00","worker":"web-1","stream":"stderr","text":"oh"}
                """, file("web-1-0.log"));
    }
}
