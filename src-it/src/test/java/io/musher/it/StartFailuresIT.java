package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Output;
import io.musher.Readiness;
import io.musher.StartupException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails says why and leaves nothing behind, which {@link Clusters} looks at after each test. */
class StartFailuresIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    @Test
    void shouldTellTheLastWordsOfAWorkerThatThrows() {
        StartupException failure = failure(clusters.jvm("throw").instances(2).commonPort(0));
        has(failure.getMessage(), "it: worker ", "exit code 1");
        has(failure.lastOutput(), "this worker does not want to");
    }

    @Test
    void shouldKeepTheLastWordsOfAWorkerWhoseOutputIsDiscarded() {
        StartupException failure = failure(
                clusters.jvm("exit", "7").instances(1).commonPort(0).output(Output.discard()));
        has(failure.getMessage(), "worker 1 (it-1)", "exit code 7");
        has(failure(clusters.jvm("throw").instances(1).commonPort(0).output(Output.discard())).lastOutput(),
                "this worker does not want to");
    }

    @Test
    void shouldEndAWorkerThatDoesNotListenInTime() {
        StartupException failure = failure(
                clusters.jvm("hang").instances(1).commonPort(0).startTimeout(Duration.ofMillis(800)));
        has(failure.getMessage(), "not ready", "(800 ms)");
    }

    @Test
    void shouldEndAWorkerThatDoesNotSayThatItIsReady() {
        StartupException failure = failure(
                clusters.jvm("serve").instances(1).commonPort(0).readiness(Readiness.EXPLICIT)
                        .startTimeout(Duration.ofMillis(1_000)));
        has(failure.getMessage(), "not ready", "(1 s)");
    }

    @Test
    void shouldUndoTheOthersWhenOneFails() throws Exception {
        Files.createFile(folder.resolve("0"));
        StartupException failure = failure(clusters.jvm("needs", folder + "/%i").instances(2).commonPort(0));
        has(failure.getMessage(), "it-2", "exit code 9");
        has(failure.lastOutput(), "there is no " + folder + "/1");
        clusters.history().await(ClusterEvent.Exited.class,
                event -> event.worker().instance() == 0 && event.exit().voluntary());
    }

    @Test
    void shouldSayThatThereIsNoSuchClassBeforeAnythingStarts() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> clusters.any().main("no.such.Shop").commonPort(0).start());
        has(refused.getMessage(), "no.such.Shop");
        assertEquals(List.of(), kinds());
    }

    @Test
    void shouldTellTheLastWordsOfAJvmThatFindsNoSuchClass() {
        has(failure(
                clusters.any().main("no.such.Shop").jvmArgs("-cp", System.getProperty("java.class.path")).instances(1))
                .lastOutput(), "no.such.Shop");
    }

    @Test
    void shouldSayThatThereIsNoSuchProgram() {
        StartupException failure = failure(clusters.command("/no/such/program", "secret").instances(2));
        has(failure.getMessage(), "/no/such/program");
        await("the only thing told: what was not started is not").until(() -> kinds().equals(List.of("Stopped")));
    }

    @Test
    void shouldRefuseATakenCommonPortBeforeAnythingStarts() throws IOException {
        try (ServerSocket taken = taken(0)) {
            has(failure(clusters.jvm().instances(1).commonPort(taken.getLocalPort())).getMessage(),
                    ":" + taken.getLocalPort());
            assertEquals(List.of(), kinds());
        }
    }

    @Test
    void shouldRefuseATakenStartPortBeforeAnythingStarts() throws IOException {
        int first = FreePorts.free();
        try (ServerSocket taken = taken(first + 1)) {
            has(failure(clusters.jvm().instances(2).startPort(first)).getMessage(), "port " + taken.getLocalPort());
            assertEquals(List.of(), kinds());
        }
    }

    @Test
    void shouldEndAnInterruptedStart() throws Exception {
        Thread starting = Thread.currentThread();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        StartupException failure = failure(clusters.jvm("hang").instances(2).commonPort(0).on(ClusterEvent.Online.class,
                event -> interrupted.complete(interrupt(starting))));
        assertTrue(Thread.interrupted(), "the thread stays interrupted");
        assertTrue(interrupted.get(1, TimeUnit.SECONDS));
        assertInstanceOf(InterruptedException.class, failure.getCause());
        has(failure.getMessage(), "interrupted");
    }

    private static boolean interrupt(Thread thread) {
        thread.interrupt();
        return true;
    }

    @Test
    void shouldUndoAStartWhoseEnvironmentCannotBeHad() {
        RuntimeException broken = assertThrows(RuntimeException.class, () -> clusters.jvm().env(() -> {
            throw new IllegalStateException("no secrets today");
        }).commonPort(0).start());
        has(broken.getMessage(), "no secrets today");
    }

    private StartupException failure(ClusterBuilder builder) {
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(builder));
        return failure;
    }

    private List<String> kinds() {
        return clusters.history().recorded().stream().map(EventHistory.Recorded::kind).toList();
    }

    private static ServerSocket taken(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(new InetSocketAddress(port));
        return socket;
    }

    private static void has(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "'" + part + "' in: " + text);
        }
    }
}
