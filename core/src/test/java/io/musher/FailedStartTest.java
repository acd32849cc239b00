package io.musher;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.signal.TwoClusters;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Starts that fail, each for another reason, leave no thread and no descriptor of this JVM behind. */
@EnabledOnOs(OS.LINUX)
class FailedStartTest {

    private static final String NAME = "failing";
    private static final int STARTS = 10;

    /** A way to fail. */
    record Way(String name, String expected, UnaryOperator<ClusterBuilder> options) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final ServerSocket TAKEN = taken();

    static List<Way> ways() {
        return List.of(
                new Way("a worker that ends", "exit code 1", b -> b.command("false").commonPort(0)),
                new Way("a worker that is not ready in time", "(50 ms)",
                        b -> b.command("sleep", "100").commonPort(0).startTimeout(Duration.ofMillis(50))),
                new Way("no such program", "/no/such/program", b -> b.command("/no/such/program").commonPort(0)),
                new Way("a common port that is taken", "cannot listen",
                        b -> b.command("true").commonPort(TAKEN.getLocalPort())),
                new Way("a start port that is taken", "port ",
                        b -> b.command("true").instances(2).startPort(TAKEN.getLocalPort() - 1).commonPort(0)),
                new Way("an environment that cannot be had", "no secrets today",
                        b -> b.command("true").commonPort(0).env(() -> {
                            throw new IllegalStateException("no secrets today");
                        })),
                new Way("an environment with null", "env", b -> b.command("true").commonPort(0).env(() -> null)),
                new Way("options of the balancer that throw", "bufferSize",
                        b -> b.command("true").commonPort(0).balancer(options -> options.bufferSize(-1))),
                new Way("options of the balancer that throw an error", "no class",
                        b -> b.command("true").commonPort(0).balancer(options -> {
                            throw new AssertionError("no class of that name, for example");
                        })));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldLeaveNothingBehind(Way way) {
        fail(way);
        await("the end of the first one's threads").until(() -> threads().isEmpty());
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        long descriptors = descriptors();
        for (int i = 0; i < STARTS; i++) {
            fail(way);
        }
        await("an end of all threads").untilAsserted(() -> assertEquals(List.of(), threads()));
        await("an end of unnamed threads")
                .untilAsserted(() -> assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread) && !isOfTheJdk(thread)).toList()));
        await("a close of descriptors").untilAsserted(() -> assertEquals(0, Math.max(0, descriptors() - descriptors)));
    }

    @Test
    void shouldSayOnceWhyAProgramCannotBeRun() {
        StartupException failure = assertThrows(StartupException.class,
                () -> Cluster.builder().name(NAME).instances(1).command("/no/such/program").start());
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertEquals(1, trace.toString().split("does not exist", -1).length - 1, trace::toString);
        assertEquals(ClusterBuilder.class.getName(), failure.getStackTrace()[0].getClassName(), trace::toString);
    }

    @Test
    void shouldTellClustersApartByTheirNames() {
        ClusterBuilder builder = Cluster.builder().name(NAME).output(Output.discard()).instances(1).command("sleep",
                "100");
        try (Cluster first = builder.start()) {
            IllegalStateException refused = assertThrows(IllegalStateException.class, builder::start);
            assertTrue(refused.getMessage().contains(NAME) && refused.getMessage().contains(".name("),
                    refused::getMessage);
            assertEquals(1, first.workers().size());
            first.stop().join();
            builder.start().close();
        }
    }

    private static void fail(Way way) {
        Throwable thrown = assertThrows(Throwable.class, () -> way.options()
                .apply(Cluster.builder().name(NAME).output(Output.discard()).instances(1)).start().close());
        assertTrue(thrown.getMessage().contains(way.expected()), thrown::toString);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> name.startsWith(NAME))
                .toList();
    }

    /** Those of pools for everybody, which end by themselves. */
    private static boolean isOfTheJdk(Thread thread) {
        return Stream
                .of("process reaper", "ForkJoinPool", "CompletableFutureDelayScheduler", "awaitility", "Awaitility",
                        "Cleaner", "Common-Cleaner")
                .anyMatch(thread.getName()::startsWith);
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.collect(Collectors.counting());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocket taken() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress(0));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldFailWhenTheNumberInAFlagIsTooLarge() {
        assertTimeoutPreemptively(Duration.ofSeconds(40),
                () -> assertThrows(StartupException.class, () -> Cluster.builder().name("too-large")
                        .main(TwoClusters.class).instances(1).jvmArgs("-Xms99999999999999999999").keepAlive(false)
                        .start()));
    }
}
