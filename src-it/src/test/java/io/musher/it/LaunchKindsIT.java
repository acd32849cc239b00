package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A primary forks itself however it was started, or says what to do. */
class LaunchKindsIT {

    private static final Path TOP = Path.of(System.getProperty("basedir", "."), "..").normalize();
    private static final String LIBRARIES = BalancerProgram.path(Jars.core(), Jars.balancer(), Jars.slf4j());
    /** Words that only survive when nobody puts them together and cuts them again. */
    private static final String[] ARGUMENTS = {"a  b", "", "*", "$HOME", "ü\"\\'", "-x"};

    private static final String SHOP = """
            import io.musher.Cluster;
            import io.musher.Readiness;
            import io.musher.WorkerContext;
            import java.util.Arrays;

            public class Shop {
                public static void main(String[] args) throws Exception {
                    if (Cluster.isWorker()) {
                        System.out.println("worker " + WorkerContext.current().id() + " " + Arrays.toString(args));
                        WorkerContext.current().ready();
                        return;
                    }
                    try (Cluster cluster = Cluster.builder().instances(2).readiness(Readiness.EXPLICIT).start()) {
                        System.out.println("replaced by " + cluster.workers().get(0).restart().join().id());
                    }
                }
            }
            """;

    @RegisterExtension
    final Children children = new Children();

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    @Test
    void shouldForkFromAnExplodedClassPathWithRelativeFolders() throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        Path classes = TOP.toAbsolutePath().normalize();
        String path = String.join(":", classes + "/core/target/classes", classes + "/balancer/target/classes",
                Jars.slf4j().toString(), "out", "");
        forks(Child.java(), "-cp", path, "Shop");
    }

    @Test
    void shouldForkFromTheModulePath() throws Exception {
        Files.writeString(folder.resolve("module-info.java"), "module shop { requires io.musher; }");
        SourceCompiler.compile(folder, "Shop", "package shop;\n" + SHOP, "-p", LIBRARIES);
        forks(Child.java(), "-p", LIBRARIES + ":out", "-m", "shop/shop.Shop");
    }

    @Test
    void shouldForkAMainClassFromTheModulePath() throws Exception {
        Files.writeString(folder.resolve("module-info.java"), "module shop { requires io.musher; }");
        SourceCompiler.compile(folder, "Shop", "package shop;\n"
                + SHOP.replace(".instances(2)", ".instances(2).main(Shop.class).args(args)"), "-p", LIBRARIES);
        forks(Child.java(), "-p", LIBRARIES + ":out", "-m", "shop/shop.Shop");
    }

    @Test
    void shouldForkFromAJarWithJarsInIt() throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        Path fat = NestedJars.pack(folder.resolve("fat.jar"), "Shop", folder.resolve("out"), Jars.core(),
                Jars.balancer(), Jars.slf4j());
        forks(Child.java(), "-jar", fat.toString());
    }

    @Test
    void shouldForkFromASourceFile() throws Exception {
        Files.writeString(folder.resolve("Shop.java"), SHOP);
        forks(Child.java(), "-cp", LIBRARIES, "Shop.java");
    }

    @Test
    void shouldForkFromAnArgumentFile() throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        Files.writeString(folder.resolve("options"), "-cp \"" + LIBRARIES + ":out\"\n-Xss512k");
        forks(Child.java(), "@options", "Shop");
    }

    @Test
    void shouldRefuseInJshell() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), """
                try { io.musher.Cluster.builder().instances(1).start(); }
                catch (IllegalStateException e) { System.out.println("refused: " + e.getMessage()); }
                /exit
                """);
        Child shell = children.command(Path.of(Child.java()).resolveSibling("jshell").toString(), "-s", "--class-path",
                LIBRARIES, script.toString());
        String refusal = shell.awaitLine("refused: (.*)", Duration.ofSeconds(40)).group(1);
        assertTrue(refusal.contains(".main(") && refusal.contains(".class)"), refusal);
        assertEquals(0, shell.exitCode(Child.PATIENCE), shell::report);
    }

    @Test
    void shouldRefuseUnderATestRunnerBeforeAnythingStarts() {
        IllegalStateException refusal = assertThrows(IllegalStateException.class,
                () -> clusters.start(clusters.any().commonPort(0)));
        assertTrue(refusal.getMessage().contains(".main("), refusal::getMessage);
        assertEquals(List.of(), clusters.history().recorded());
    }

    @Test
    void shouldRefuseToForkForEver() throws Exception {
        SourceCompiler.compile(folder, "Shop", """
                import io.musher.Cluster;
                public class Shop {
                    public static void main(String[] args) throws Exception {
                        Cluster.builder().instances(1).commonPort(0).start();
                    }
                }
                """, "-cp", LIBRARIES);
        Child primary = start(Child.java(), "-cp", LIBRARIES + ":out", "Shop");
        assertEquals(1, primary.exitCode(Duration.ofSeconds(30)), primary::report);
        assertTrue(primary.stderr().contains("StartupException"), primary::report);
        assertTrue(primary.stderr().contains("ask Cluster.isWorker() first"), primary::report);
    }

    /** Two workers and a replacement, each with the primary's arguments. */
    private void forks(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(ARGUMENTS));
        Child primary = start(words.toArray(String[]::new));
        assertEquals(0, primary.exitCode(Duration.ofSeconds(50)), primary::report);
        List<String> workers = primary.stdout().lines().filter(line -> line.startsWith("worker ")).sorted().toList();
        String arguments = " " + List.of(ARGUMENTS);
        assertEquals(List.of("worker 1" + arguments, "worker 2" + arguments, "worker 3" + arguments), workers,
                primary::report);
        assertTrue(primary.stdout().contains("replaced by 3"), primary::report);
    }

    private Child start(String... command) throws IOException {
        return children.start(new ProcessBuilder(command).directory(folder.toFile()));
    }
}
