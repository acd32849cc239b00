package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker whose main method throws has failed, whatever handlers its framework installs, and however it was started.
 */
class MainThrowsIT {

    private static final String LIBRARIES = BalancerProgram.path(Jars.core(), Jars.balancer(), Jars.slf4j());

    /** In a worker a framework hides failures, and a pool that is not shut down keeps the JVM alive. */
    private static final String SHOP = """
            import io.musher.Cluster;
            import io.musher.ClusterEvent;
            import io.musher.Readiness;
            import io.musher.RestartPolicy;
            import io.musher.WorkerContext;

            public class Shop {
                public static void main(String[] args) throws Exception {
                    if (Cluster.isWorker()) {
                        Thread.currentThread()
                                .setUncaughtExceptionHandler((thread, failure) -> System.out.println("hidden"));
                        Thread pool = new Thread(() -> {
                            while (true) {
                                java.util.concurrent.locks.LockSupport.park();
                            }
                        });
                        pool.start();
                        WorkerContext.current().ready();
                        if (args.length == 1) {
                            throw new IllegalStateException("the shop is closed");
                        }
                        System.out.println("on " + Thread.currentThread().getName());
                        return;
                    }
                    Cluster cluster = Cluster.builder().instances(1).readiness(Readiness.EXPLICIT)
                            .restartPolicy(RestartPolicy.never())
                            .on(ClusterEvent.Exited.class,
                                    event -> System.out.println("exited " + event.exit().status()))
                            .start();
                    System.out.println("started");
                    System.in.read();
                    cluster.close();
                }
            }
            """;

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldEndWithStatus1FromTheClassPath() throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        ends(Child.java(), "-cp", LIBRARIES + ":out", "Shop");
    }

    @Test
    void shouldEndWithStatus1FromAJarWithJarsInIt() throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        Path fat = NestedJars.pack(folder.resolve("fat.jar"), "Shop", folder.resolve("out"), Jars.core(),
                Jars.balancer(), Jars.slf4j());
        ends(Child.java(), "-jar", fat.toString());
    }

    @Test
    void shouldEndWithStatus1FromTheModulePath() throws Exception {
        Files.writeString(folder.resolve("module-info.java"), "module shop { requires io.musher; }");
        SourceCompiler.compile(folder, "Shop", "package shop;\n" + SHOP, "-p", LIBRARIES);
        ends(Child.java(), "-p", LIBRARIES + ":out", "-m", "shop/shop.Shop");
    }

    @Test
    void shouldLiveOnWhenMainReturns() throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        Child primary = children
                .start(new ProcessBuilder(Child.java(), "-cp", LIBRARIES + ":out", "Shop").directory(folder.toFile()));
        primary.awaitLine("on main", Duration.ofSeconds(30));
        primary.awaitLine("started");
        primary.stdin().write('\n');
        primary.stdin().flush();
        primary.awaitLine("exited 0", Duration.ofSeconds(30));
        assertEquals(0, primary.exitCode(Child.PATIENCE), primary::report);
    }

    private void ends(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.add("closed");
        Child primary = children.start(new ProcessBuilder(words).directory(folder.toFile()));
        primary.awaitLine("exited 1", Duration.ofSeconds(30));
        primary.stdin().write('\n');
        primary.stdin().flush();
        assertEquals(0, primary.exitCode(Child.PATIENCE), primary::report);
        assertTrue(primary.stderr().contains("Exception in thread \"main\" ")
                && primary.stderr().contains("IllegalStateException: the shop is closed"), primary::report);
        assertTrue(primary.stdout().contains("hidden"), primary::report);
        assertTrue(primary.stderr().lines().noneMatch(line -> line.startsWith("\tat Shop")), primary::report);
    }
}
