package io.musher.ops.internal.run;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ops.internal.control.Home;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.MusherFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a primary in the background ends by itself. */
@Timeout(120)
class PrimaryTest {

    private static final String GIVES_UP = "{id: 'bad', cmd: 'exit 3', restartLimit: 1, restartDelayMs: 10}";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Primary primary(String processes) throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"), "{name: '" + folder.getFileName()
                + "', processes: [" + processes + "]}");
        return primary(MusherFile.read(file, Optional.empty()));
    }

    private static Primary primary(FileSpec spec) throws Exception {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        Home home = Home.find();
        home.prepare(spec.name());
        return new Primary(spec, new Primary.Options(true, Duration.ofMillis(10), false, () -> spec, "test"), home, out,
                out);
    }

    /** Starts the processes, waits until one of them has failed for good, and looks then and an hour later. */
    private void assertStays(Primary primary, int hopeless) {
        CompletableFuture<?> started = primary.startAll();
        try {
            await().atMost(PATIENCE).until(() -> primary.processes().stream()
                    .anyMatch(process -> process.hasFailed() && process.isOver()));
            assertEquals(hopeless, primary.processes().stream().filter(ManagedProcess::isHopeless).count());
            long now = System.nanoTime();
            assertFalse(primary.ownEnd.isOver(now));
            assertFalse(primary.ownEnd.isOver(now + Duration.ofHours(1).toNanos()));
        } finally {
            primary.processes().forEach(process -> process.stop().join());
            started.exceptionally(failure -> null).join();
        }
    }

    @Test
    void shouldEndWhenNothingWasEverReadyAndAllIsGivenUp() throws Exception {
        assertEquals(1, primary(GIVES_UP + ", {id: 'jar', jar: 'missing.jar'}").run());
    }

    @Test
    void shouldSayHowItIsStartedAgain() throws Exception {
        assertTrue(logOf(primary(GIVES_UP)).endsWith("all is given up; musher start starts it again"));

        // as if the arguments were all there was
        FileSpec read = MusherFile.read(folder.resolve("musher.json"), Optional.empty());
        FileSpec command = new FileSpec(folder, read.name(), read.processes(), read.control(), read.watcher(),
                read.logger(), read.ignored());
        String log = logOf(primary(command));
        assertTrue(log.endsWith("all is given up; start it again by the command that it was started with"), log);
    }

    /** Runs the primary to its end. {@return what it has logged meanwhile} */
    private static String logOf(Primary primary) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertEquals(1, primary.run());
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains(" ends: ")).findFirst()
                .orElse("nothing");
    }

    @Test
    void shouldStayWhileSomethingElseRuns() throws Exception {
        assertStays(primary(GIVES_UP + ", {id: 'good', cmd: 'exec sleep 600'}"), 1);
    }

    @Test
    void shouldStayWhenWhatHasFailedWasReadyBefore() throws Exception {
        Path end = folder.resolve("end");
        Primary primary = primary("{id: 'bad', cmd: 'until [ -e " + end + " ]; do sleep 0.05; done; exit 3',"
                + " restart: 'never'}");
        CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> {
            await().atMost(PATIENCE).until(() -> primary.processes().stream().anyMatch(
                    process -> process.cluster().map(cluster -> cluster.stats().ready() == 1).orElse(false)));
            try {
                Files.createFile(end);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertStays(primary, 0);
        ended.join();
    }
}
