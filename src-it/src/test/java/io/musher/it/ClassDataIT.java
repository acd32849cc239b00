package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Workers share class data by themselves, and notice a new jar. */
@EnabledOnOs(OS.LINUX)
class ClassDataIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String LIBRARIES = String.join(":", Jars.core().toString(), Jars.balancer().toString(),
            Jars.slf4j().toString());

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    /** Packs a program into shop.jar whose workers say a word and their pid. */
    private void pack(String word) throws IOException {
        SourceCompiler.compile(folder, "Shop", """
                import io.musher.Cluster;
                public class Shop {
                    public static void main(String[] args) throws Exception {
                        if (Cluster.isWorker()) {
                            Runnable said = () -> System.out.println("WORD " + ProcessHandle.current().pid() + ".");
                            said.run();
                            return;
                        }
                        Cluster.builder().instances(2)
                                .jvmArgs("-Xlog:class+load:file=" + System.getProperty("loaded") + "/%p").start();
                        System.out.println("READY");
                    }
                }
                """.replace("WORD", word), "-cp", LIBRARIES);
        Path next = folder.resolve("next.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(next))) {
            jar.putNextEntry(new JarEntry("Shop.class"));
            jar.write(Files.readAllBytes(folder.resolve("out/Shop.class")));
        }
        Files.move(next, folder.resolve("shop.jar"), StandardCopyOption.REPLACE_EXISTING);
    }

    private Child start() throws Exception {
        Path loaded = Files.createDirectories(folder.resolve("loaded"));
        ProcessBuilder builder = new ProcessBuilder(Child.java(), "-Dloaded=" + loaded, "-cp",
                LIBRARIES + ":" + folder.resolve("shop.jar"), "Shop");
        builder.environment().put("MUSHER_CACHE", folder.resolve("cache").toString());
        return children.start(builder);
    }

    private static long pid(Child primary, String word) throws Exception {
        return Long.parseLong(primary.awaitLine(word + " (\\d+)\\.", Duration.ofSeconds(60)).group(1));
    }

    private static boolean sharesClassData(long worker) throws IOException {
        return Files.readString(Path.of("/proc/" + worker + "/maps")).contains("/cache/");
    }

    /** {@return the log lines of the lambdas in the program, which say where a worker has their classes from} */
    private List<String> lambdas(long worker) throws IOException {
        return Files.readAllLines(folder.resolve("loaded/" + worker)).stream()
                .filter(line -> line.contains(" Shop$$Lambda")).toList();
    }

    private boolean hasArchive() {
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            return files.anyMatch(file -> file.toString().endsWith(".stat"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldShareClassDataFromTheFirstCalmMomentOnUntilTheJarIsReplaced() throws Exception {
        pack("old");
        Child primary = start();
        List<Long> first = List.of(pid(primary, "old"), pid(primary, "old"));
        assertFalse(sharesClassData(first.get(0)));
        await("an archive").atMost(PATIENCE).until(this::hasArchive);

        ProcessHandle.of(first.get(0)).orElseThrow().destroyForcibly();
        long replacement = pid(primary, "old");
        assertTrue(sharesClassData(replacement), "the replacement");
        assertEquals(List.of(), lambdas(replacement).stream().filter(line -> !line.contains("shared objects")).toList(),
                "lambdas that the replacement had to make");
        assertEquals(1, lambdas(replacement).size());
        ProcessHandle.of(replacement).orElseThrow().destroyForcibly();
        assertTrue(sharesClassData(pid(primary, "old")), "after one was killed that shared");
        pack("new");
        ProcessHandle.of(first.get(1)).orElseThrow().destroyForcibly();
        assertFalse(sharesClassData(pid(primary, "new")), "after the jar was replaced");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(30)), primary::report);
        assertTrue(primary.stderr().lines().noneMatch(line -> line.matches("(?i).*(cds|archive|shared).*")),
                primary::report);
    }

    @Test
    void shouldShareClassDataFromTheStartOnInALaterRunAlsoAfterAPrimaryWasKilled() throws Exception {
        pack("old");
        Child killed = start();
        pid(killed, "old");
        pid(killed, "old");
        await("the dump").atMost(PATIENCE).until(() -> hasArchive() || killed.family().stream()
                .anyMatch(process -> process.info().commandLine().orElse("").contains("-Xshare:dump")));
        killed.signal("KILL");
        killed.exitCode(Duration.ofSeconds(30));

        Child second = start();
        pid(second, "old");
        pid(second, "old");
        await("an archive").atMost(PATIENCE).until(this::hasArchive);
        second.signal("TERM");
        assertEquals(143, second.exitCode(Duration.ofSeconds(30)), second::report);

        Child third = start();
        assertTrue(sharesClassData(pid(third, "old")) && sharesClassData(pid(third, "old")), third::report);
        third.awaitLine("READY");
        third.signal("TERM");
        assertEquals(143, third.exitCode(Duration.ofSeconds(30)), third::report);
    }
}
