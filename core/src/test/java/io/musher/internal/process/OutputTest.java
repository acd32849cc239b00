package io.musher.internal.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.output.OutputTail;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class OutputTest {

    private static final String ENDLESS = "echo up; while :; do echo " + "0123456789".repeat(7) + "; done";

    @Test
    void shouldInherit() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        standard(out, err, () -> {
            try (SpawnerFixture fixture = new SpawnerFixture(Output.inherit())) {
                SpawnerFixture.end(fixture.sh("echo out; echo err >&2; printf 'no end'"));
            }
        });
        assertEquals("out\nno end", out.toString());
        assertEquals("err\n", err.toString());
    }

    @Test
    void shouldPrefixEachLineAndEndTheLast() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        long[] pid = new long[1];
        standard(out, err, () -> {
            try (SpawnerFixture fixture = new SpawnerFixture(Output.prefixed("%n %i %w %p| "))) {
                WorkerProcess worker = fixture.sh("printf 'a\\nb\\r\\n\\nend'; printf bad >&2");
                pid[0] = worker.pid();
                SpawnerFixture.end(worker);
            }
        });
        String prefix = "test-1 0 1 " + pid[0] + "| ";
        assertEquals(prefix + "a\n" + prefix + "b\n" + prefix + "\n" + prefix + "end\n", out.toString());
        assertEquals(prefix + "bad\n", err.toString());
    }

    @Test
    void shouldTellAConsumerEveryLine() throws Exception {
        ConcurrentLinkedQueue<Output.Line> lines = new ConcurrentLinkedQueue<>();
        try (SpawnerFixture fixture = new SpawnerFixture(Output.to(line -> {
            lines.add(line);
            throw new IllegalStateException("on purpose");
        }))) {
            SpawnerFixture.end(fixture.sh("echo ünï; echo two >&2; printf three"));
            await("three lines").until(() -> lines.size() == 3);
        }
        assertEquals(List.of("ünï", "three"),
                lines.stream().filter(line -> !line.error()).map(Output.Line::text).toList());
        assertEquals(List.of(new Output.Line(1, 0, "test-1", true, "two")),
                lines.stream().filter(Output.Line::error).toList());
    }

    @Test
    void shouldNeitherBlockNorGrowWhenNobodyTakesWhatIsPrintedWithoutEnd() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (SpawnerFixture fixture = new SpawnerFixture(Output.to(line -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }))) {
            WorkerProcess worker = fixture.sh(ENDLESS);
            LongSupplier dropped = fixture.spawner::droppedOutput;
            await("drops").atMost(Duration.ofSeconds(20)).until(() -> dropped.getAsLong() > 0);
            long soFar = dropped.getAsLong();
            await("more drops: the worker goes on").atMost(Duration.ofSeconds(20))
                    .until(() -> dropped.getAsLong() > soFar + (20 << 20));
            assertEquals(OutputTail.LIMIT, worker.lastOutput().length(), 100);
            worker.kill();
            SpawnerFixture.end(worker);
            never.countDown();
        }
    }

    @Test
    void shouldKeepTheLast64KiBOfADiscardedOutput() throws Exception {
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard())) {
            WorkerProcess worker = fixture
                    .sh("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; printf 'the last words'");
            SpawnerFixture.end(worker);
            assertTrue(worker.lastOutput().endsWith("line 19999\nthe last words"),
                    worker.lastOutput().substring(65_000));
            assertTrue(worker.lastOutput().startsWith("line "), "begins with a line");
            assertEquals(OutputTail.LIMIT, worker.lastOutput().length(), 12);
        }
    }

    @Test
    void shouldWriteOneFilePerInstanceAndPutFullOnesAside(@TempDir Path folder) throws Exception {
        Path logs = folder.resolve("new/logs");
        try (SpawnerFixture fixture = new SpawnerFixture(Output.files(logs).withMaxBytes(2000).withKeep(2))) {
            SpawnerFixture.end(fixture
                    .sh("i=1000; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; printf end"));
        }
        try (var files = Files.list(logs)) {
            assertEquals(List.of("test-1.log", "test-1.log.1", "test-1.log.2"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        String last = Files.readString(logs.resolve("test-1.log.2")) + Files.readString(logs.resolve("test-1.log.1"))
                + Files.readString(logs.resolve("test-1.log"));
        assertTrue(last.endsWith("line 1999\nend"), last);
        assertTrue(last.startsWith("line "), "cut at the end of a line");
        for (String name : List.of("test-1.log", "test-1.log.1", "test-1.log.2")) {
            assertTrue(Files.size(logs.resolve(name)) <= 2000);
        }
    }

    @Test
    void shouldWriteStandardOutputAndErrorToOneFile(@TempDir Path folder) throws Exception {
        try (SpawnerFixture fixture = new SpawnerFixture(Output.files(folder))) {
            SpawnerFixture.end(fixture.sh("echo out; echo err >&2"));
        }
        assertEquals(Set.of("out", "err"), Set.copyOf(Files.readAllLines(folder.resolve("test-1.log"))),
                "in any order: the two streams are read independently");
    }

    @Test
    void shouldWriteStandardOutputAndErrorToFilesOfTheirOwnAndToAConsumer(@TempDir Path folder) throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        Output files = Output.files(folder.resolve("%n%%%i.out"), folder.resolve("all.err"));
        try (SpawnerFixture fixture = new SpawnerFixture(
                Output.tee(files, Output.to(line -> lines.add(line.error() + line.text()))))) {
            SpawnerFixture.end(fixture.sh("echo out; echo err >&2"));
        }
        assertEquals("out\n", Files.readString(folder.resolve("test-1%0.out")));
        assertEquals("err\n", Files.readString(folder.resolve("all.err")));
        assertEquals(Set.of("falseout", "trueerr"), Set.copyOf(lines));
    }

    @Test
    void shouldLiveOnWhenItsFileCannotBeWritten(@TempDir Path folder) throws Exception {
        Path inTheWay = Files.writeString(folder.resolve("file"), "");
        try (SpawnerFixture fixture = new SpawnerFixture(Output.files(inTheWay))) {
            WorkerProcess worker = fixture.sh("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
            assertEquals(0, SpawnerFixture.end(worker).status());
            assertTrue(worker.lastOutput().endsWith("line 19999\n"));
        }
    }

    @Test
    void shouldNeitherHoldUpWorkersNorStartsWhenItsFileIsAPipeThatNothingReads(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
        try (SpawnerFixture fixture = new SpawnerFixture(Output.files(pipe, pipe))) {
            WorkerProcess first = fixture.sh(ENDLESS);
            await("drops").atMost(Duration.ofSeconds(20)).until(() -> fixture.spawner.droppedOutput() > 10 << 20);

            assertEquals(0, SpawnerFixture.end(fixture.sh("echo second")).status());

            first.kill();
            SpawnerFixture.end(first);
        }
    }

    @Test
    void shouldReadOnWhenAWorkerClosesItsOutput() throws Exception {
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard())) {
            WorkerProcess worker = fixture
                    .start(Launch.command("sh", "-c", "echo up; exec >&- 2>&-; exec sleep 1000"));
            SpawnerFixture.printed(worker, "up");
            assertFalse(worker.onExit().isDone());
            worker.kill();
            SpawnerFixture.end(worker);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void standard(ByteArrayOutputStream out, ByteArrayOutputStream err, Action action) throws Exception {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        System.setOut(new PrintStream(out, true));
        System.setErr(new PrintStream(err, true));
        try {
            action.run();
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }
}
