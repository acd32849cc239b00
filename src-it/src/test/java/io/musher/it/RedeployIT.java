package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.RestartPolicy;
import io.musher.Worker;
import io.musher.WorkerContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deployments overwrite the jars of a running primary. It lives on, says what it can no longer do, and can do it again
 * afterwards.
 */
class RedeployIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldSurviveThatItsJarsAreCutOff() throws Exception {
        shouldSurvive(jar -> {
            try (FileChannel file = FileChannel.open(jar, StandardOpenOption.WRITE)) {
                file.truncate(100);
            }
        });
    }

    @Test
    void shouldSurviveThatItsJarsAreOverwritten() throws Exception {
        shouldSurvive(jar -> Files.write(jar, new byte[(int) Files.size(jar)]));
    }

    /** What happens to a jar. */
    private interface Harm {
        void to(Path jar) throws IOException;
    }

    private void shouldSurvive(Harm harm) throws Exception {
        List<Path> jars = jars();
        Child primary = children.jar(folder.resolve("shop.jar"));
        primary.awaitLine("READY", PATIENCE);
        long own = pid(primary, "self-1");
        long command = pid(primary, "cmd-1");
        primary.awaitLine("worker 1 has preloaded", PATIENCE);

        List<byte[]> contents = new ArrayList<>();
        for (Path jar : jars) {
            contents.add(Files.readAllBytes(jar));
            harm.to(jar);
        }
        ProcessHandle.of(command).orElseThrow().destroyForcibly();
        primary.awaitLine("cmd Exited 1 .*SIGKILL", PATIENCE);
        primary.awaitLine("cmd Ready 2", PATIENCE);
        ProcessHandle.of(own).orElseThrow().destroyForcibly();
        primary.awaitLine("self Exited 1 .*SIGKILL", PATIENCE);
        primary.awaitLine("self GaveUp", PATIENCE);
        primary.awaitLine("(jarfile|shop.jar|NoClassDefFoundError|could not find)", PATIENCE);
        assertTrue(primary.isAlive(), primary::report);

        for (int i = 0; i < jars.size(); i++) {
            Files.write(jars.get(i), contents.get(i));
        }
        try (OutputStream in = primary.stdin()) {
            in.write('\n');
        }
        primary.awaitLine("revived self", PATIENCE);
        primary.awaitLine("restarted cmd", PATIENCE);
        primary.awaitLine("worker 5 has preloaded", PATIENCE);
        for (Path jar : jars) {
            harm.to(jar);
        }
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(PATIENCE), primary::report);
        primary.awaitLine("self Exited 5 stopped \\(exit code 0\\)");
        primary.awaitLine("self Stopped");
        primary.awaitLine("cmd Stopped");
    }

    private static long pid(Child primary, String worker) throws InterruptedException {
        return Long.parseLong(primary.awaitLine("pid of " + worker + ": (\\d+)").group(1));
    }

    /** The application's jar and, named by its manifest, copies of the libraries. */
    private List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (Path library : List.of(Jars.core(), Jars.balancer(), Jars.slf4j(), Jars.simple())) {
            jars.add(Files.copy(library, folder.resolve(library.getFileName())));
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Shop.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH,
                String.join(" ", jars.stream().map(jar -> jar.getFileName().toString()).toList()));
        Path shop = folder.resolve("shop.jar");
        try (OutputStream file = Files.newOutputStream(shop);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            String name = Shop.class.getName().replace('.', '/') + ".class";
            out.putNextEntry(new JarEntry(name));
            out.write(Shop.class.getResourceAsStream("/" + name).readAllBytes());
            out.closeEntry();
        }
        jars.add(shop);
        return jars;
    }

    /** A primary with a cluster of itself and one of a command; at the next line of its input it restarts both. */
    static final class Shop {
        private Shop() {}

        public static void main(String[] args) throws IOException {
            if (Cluster.isWorker()) {
                WorkerContext me = WorkerContext.current();
                long end = System.nanoTime() + 10_000_000_000L;
                while (!preloads() && System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
                while (preloads()) {
                    Thread.onSpinWait();
                }
                System.out.println("worker " + me.id() + " has preloaded");
                return;
            }
            CompletableFuture<Worker> given = new CompletableFuture<>();
            Cluster self = Cluster.builder().name("self").instances(1).exitWhenAllGaveUp(false)
                    .restartPolicy(RestartPolicy.always().withDelays(Duration.ofMillis(50), Duration.ofMillis(50))
                            .withGiveUp(3, Duration.ofSeconds(60)))
                    .on(ClusterEvent.class, event -> print("self", event))
                    .on(ClusterEvent.GaveUp.class, event -> given.complete(event.worker())).start();
            Cluster command = Cluster.builder().name("cmd").instances(1).command("sleep", "300")
                    .on(ClusterEvent.class, event -> print("cmd", event)).start();
            for (Cluster each : List.of(self, command)) {
                System.out.println(
                        "pid of " + each.workers().get(0).name() + ": " + each.workers().get(0).pid().orElseThrow());
            }
            System.out.println("READY");
            new BufferedReader(new InputStreamReader(System.in)).readLine();
            given.join().restart().join();
            System.out.println("revived self");
            command.workers().get(0).restart().join();
            System.out.println("restarted cmd");
        }

        private static boolean preloads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals("musher-preload"));
        }

        private static void print(String name, ClusterEvent event) {
            String text = name + " " + event.getClass().getSimpleName();
            if (event instanceof ClusterEvent.Exited exited) {
                text += " " + exited.worker().id() + " " + exited.exit();
            } else if (event instanceof ClusterEvent.Ready ready) {
                text += " " + ready.worker().id();
            }
            System.out.println(text);
        }
    }
}
