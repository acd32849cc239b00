package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Where workers' output goes, and that it stops nobody. */
class OutputIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldPrefixEachLineOnThePrimarysOwnOutputs() throws Exception {
        Child primary = children.java(Prefixed.class);
        primary.awaitLine("READY", Duration.ofSeconds(30));
        primary.signal("TERM");
        primary.exitCode(PATIENCE);
        List<String> out = primary.stdout().lines().filter(line -> line.startsWith("[")).sorted().toList();
        assertEquals(
                List.of("[team-1 0 1] a line", "[team-1 0 1] a part", "[team-2 1 2] a line", "[team-2 1 2] a part"),
                out);
        assertTrue(primary.stderr().contains("[team-1 0 1] trouble"), primary::report);
    }

    @Test
    void shouldGiveLinesToAConsumer() throws Exception {
        List<Output.Line> lines = new CopyOnWriteArrayList<>();
        clusters.start(clusters.command("sh", "-c", "echo ä; echo trouble >&2; printf part; exec sleep 300 >&- 2>&-")
                .instances(1)
                .output(Output.to(lines::add)));
        await("all lines").atMost(PATIENCE).until(() -> lines.size() == 3);
        assertTrue(lines.contains(new Output.Line(1, 0, "it-1", false, "ä")), lines::toString);
        assertTrue(lines.contains(new Output.Line(1, 0, "it-1", false, "part")), lines::toString);
        assertTrue(lines.contains(new Output.Line(1, 0, "it-1", true, "trouble")), lines::toString);
    }

    @Test
    void shouldRotateFiles() throws Exception {
        Path logs = folder.resolve("logs");
        Cluster cluster = clusters.start(clusters.command("sh", "-c",
                "n=0; while [ $n -lt 300 ]; do n=$((n + 1)); echo line $n of the output; done; exec sleep 300")
                .instances(2)
                .output(Output.files(logs).withMaxBytes(2048).withKeep(2)));
        cluster.close();
        List<String> names;
        try (Stream<Path> files = Files.list(logs)) {
            names = files.map(file -> file.getFileName().toString()).sorted().toList();
        }
        assertEquals(List.of("it-1.log", "it-1.log.1", "it-1.log.2", "it-2.log", "it-2.log.1", "it-2.log.2"), names);
        List<String> lines = new ArrayList<>();
        for (String name : List.of("it-1.log.2", "it-1.log.1", "it-1.log")) {
            assertTrue(Files.size(logs.resolve(name)) <= 2048, name);
            lines.addAll(Files.readAllLines(logs.resolve(name)));
        }
        for (int i = 0; i < lines.size(); i++) {
            assertEquals("line " + (301 - lines.size() + i) + " of the output", lines.get(i),
                    "whole lines, the last ones, in order");
        }
    }

    /**
     * The one that reads hears nothing after its first line; the one that prints prints more than the primary has
     * memory.
     */
    @Test
    void shouldNeitherStopAWorkerThatPrintsWithoutEndNorGrow() throws Exception {
        Path done = folder.resolve("done");
        Child primary = children.start(new ProcessBuilder(Child.java(), "-Xmx24m", "-cp",
                System.getProperty("java.class.path"),
                Stuck.class.getName(), "yes it prints | head -c 200000000; echo > '" + done + "'; exec sleep 300"));
        primary.awaitLine("READY", Duration.ofSeconds(30));
        await("the worker to have printed it all").atMost(PATIENCE).until(() -> Files.exists(done));
        assertTrue(new LinuxProcess(primary.pid()).peakMegabytes() < 200, () -> "it grew: " + primary.report());
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(PATIENCE), primary::report);
        assertFalse(primary.stderr().contains("OutOfMemory"), primary::report);
    }

    /** A primary that prints its workers' lines with a prefix. */
    static final class Prefixed {
        private Prefixed() {}

        public static void main(String[] args) {
            Cluster.builder().name("team").instances(2).output(Output.prefixed("[%n %i %w] "))
                    .command("sh", "-c", "echo a line; echo trouble >&2; printf 'a part'; exec sleep 300").start();
            System.out.println("READY");
        }
    }

    /** A primary whose consumer never comes back. */
    static final class Stuck {
        private Stuck() {}

        public static void main(String[] args) {
            Cluster.builder().name("stuck").instances(1).command("sh", "-c", args[0]).output(Output.to(line -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            })).start();
            System.out.println("READY");
        }
    }
}
