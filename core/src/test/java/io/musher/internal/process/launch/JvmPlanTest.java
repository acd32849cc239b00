package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Launch;
import io.musher.internal.process.TestJvm;
import io.musher.internal.worker.MainRunner;
import java.io.File;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JvmPlanTest {

    private static final String OTHER = "io.musher.Cluster"; // on the class path of every worker

    private static final String PROVIDER = "-Djava.nio.channels.spi.SelectorProvider=";
    private static final String DETAILS = "-Djdk.includeInExceptions=";

    private final CurrentJvm own = own(List.of("Shop"), Optional.of(List.of("x", "%i")));

    @Test
    void shouldRepeatThisJvm() throws Exception {
        assertEquals(List.of(TestJvm.java(), "-Dmusher.worker=3", "-cp", "/a:/b.jar", "-Dp=1", "Shop", "x", "%i"),
                words(Launch.self(), own));
    }

    @Test
    void shouldNameTheSelectorProviderWhereTheClassPathIsThatOfThisJvm() throws Exception {
        String flag = PROVIDER + SelectorProvider.provider().getClass().getName();
        assertTrue(allWords(Launch.self(), own).contains(flag));
        for (Launch other : List.of(Launch.main(OTHER), Launch.self().jvmArgs("-cp", "/elsewhere"),
                Launch.self().jvmArgs(PROVIDER + "Mine"))) {
            assertFalse(allWords(other, own).contains(flag), other::toString);
        }
    }

    /** Otherwise its first address would make a worker read the whole of {@code java.security}, since JDK 25. */
    @Test
    void shouldTellWorkersWhatExceptionsMayShowUnlessTheyMayHaveAnotherConfiguration() throws Exception {
        boolean asked = Runtime.version().feature() >= 25;
        String value = Objects.requireNonNullElse(Security.getProperty("jdk.includeInExceptions"), "");
        assertEquals(asked, allWords(Launch.self(), own).contains(DETAILS + value));
        for (String flag : List.of("-Djava.security.properties=other", DETAILS + "hostInfo")) {
            assertEquals(flag.startsWith(DETAILS) ? 1 : 0, allWords(Launch.self().jvmArgs(flag), own).stream()
                    .filter(word -> word.startsWith(DETAILS)).count(), flag);
        }
    }

    @Test
    void shouldReplaceArgumentsAndAppendFlags() throws Exception {
        assertEquals(
                List.of(TestJvm.java(), "-Dmusher.worker=3", "-Dmusher.program=Shop", "-cp", "/a:/b.jar", "-Dp=1",
                        "-Dq=3", "Shop", "y2"),
                words(Launch.self().args("y%i").jvmArgs("-Dq=%w"), own));
    }

    @Test
    void shouldNotTakeTheHeapOfThisJvmForTheWorkersWhereItIsRemoved() throws Exception {
        CurrentJvm small = new CurrentJvm(TestJvm.java(), InheritedFlags.of(List.of("-Xmx32m", "-Dp=1")), "/a", List
                .of("Shop"), Optional.of(List.of()), true);
        JvmShare share = new JvmShare(100 << 20, 200 << 20, 0, "its part", "each");
        for (Launch launch : List.of(Launch.self(), Launch.self().removeJvmArgs("-Xmx32m"))) {
            JvmPlan plan = JvmPlan.of(launch, small);
            List<String> words = plan.words(new SpawnRequest(plan, 2, 3, "n", Optional.empty(),
                    new InetSocketAddress(1), "t", 1 << 20, Map.of(), share), Map.of()).all();
            assertTrue(words.contains(launch.options().removedJvmArgs().isEmpty() ? "-Xmx32m" : "-Xmx100m"),
                    words::toString);
            assertTrue(words.contains("-Dp=1"), words::toString);
        }
    }

    @Test
    void shouldRunAnotherMainThroughMusher() throws Exception {
        List<String> words = words(Launch.main(OTHER).args("z"), own);
        assertEquals(List.of("-Dp=1", JvmPlan.WORKER_MAIN, OTHER, "z"), words.subList(5, words.size()));
        List<String> classPath = List.of(words.get(4).split(File.pathSeparator));
        assertEquals(List.of("/a", "/b.jar"), classPath.subList(0, 2));
        assertEquals(1,
                classPath.stream().filter(entry -> Files.exists(Path.of(entry, "io/musher/Launch.class"))).count());
        assertTrue(LaunchPlan.of(Launch.main(OTHER)).saysHello());
    }

    @Test
    void shouldRefuseAMainClassThatIsNotThere(@TempDir Path folder) throws Exception {
        Path library = Files.createDirectory(folder.resolve("lib"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(library.resolve("Shop.JAR")))) {
            jar.putNextEntry(new ZipEntry("io/shop/Shop$Main.class"));
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "lib/Shop.JAR");
        new JarOutputStream(Files.newOutputStream(folder.resolve("paths.jar")), manifest).close();
        for (String classPath : List.of(library + File.separator + "*", folder.resolve("paths.jar").toString(),
                library.resolve("Shop.JAR").toString())) {
            CurrentJvm jvm = new CurrentJvm(TestJvm.java(), InheritedFlags.of(List.of()),
                    "/none" + File.pathSeparator + classPath, List.of("X"), Optional.empty(), true);
            JvmPlan.of(Launch.main("io.shop.Shop$Main"), jvm);
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                    () -> JvmPlan.of(Launch.main("io.shop.Shop.Main"), jvm));
            assertTrue(refused.getMessage().contains("io.shop.Shop.Main"), refused.getMessage());
            JvmPlan.of(Launch.main("Elsewhere").jvmArgs("-cp", "/elsewhere"), jvm);
        }
        JvmPlan.of(Launch.main("java.lang.String"), own);
    }

    @Test
    void shouldFindAMainOfAnotherClassLoader(@TempDir Path folder) throws Exception {
        URL extra = folder.resolve("extra.jar").toUri().toURL();
        Path here = Path.of(JvmPlanTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[]{here.toUri().toURL(), extra}, null)) {
            thread.setContextClassLoader(loader);
            assertTrue(words(Launch.main(OTHER), own).get(3).contains(folder.resolve("extra.jar").toString()));
        } finally {
            thread.setContextClassLoader(before);
        }
        assertTrue(words(Launch.main(JvmPlanTest.class), own).get(3).contains(here.toString()));
    }

    @Test
    void shouldRunAJarAsItIs(@TempDir Path folder) throws Exception {
        Path jar = Files.createFile(folder.resolve("app.jar"));
        assertEquals(List.of(TestJvm.java(), "-Dmusher.worker=3", "-Dmusher.program=" + jar, "-Dp=1", "-jar",
                jar.toString(), "a"), words(Launch.jar(jar).args("a"), own));
        assertFalse(LaunchPlan.of(Launch.jar(jar)).saysHello());
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> LaunchPlan.of(Launch.jar(folder.resolve("none.jar")))).getMessage()
                .contains("none.jar"));
    }

    @Test
    void shouldRunTheMainClassOfAJarByARunnerAndDoAsItsManifestSays(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("app.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "app.Main");
        manifest.getMainAttributes().putValue("Add-Opens", "java.base/java.lang java.base/java.nio");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        List<String> words = words(Launch.jar(jar).args("a"), own);
        assertTrue(classPath(words).startsWith(jar + File.pathSeparator), words::toString);
        assertEquals(List.of("-Dp=1", "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED", MainRunner.class.getName(), "app.Main", "a"),
                words.subList(5, words.size()));
        Path runner = Path.of(classPath(words).split(File.pathSeparator)[1]);
        Files.delete(runner); // as a cleaner of temporary files does
        assertTrue(Files.exists(Path.of(classPath(words(Launch.jar(jar), own)).split(File.pathSeparator)[1])));
        manifest.getMainAttributes().putValue("Launcher-Agent-Class", "app.Agent");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        assertEquals(List.of("-jar", jar.toString()), tail(words(Launch.jar(jar), own), 2));
    }

    @Test
    void shouldRunAMainOfAModule() throws Exception {
        assertEquals(List.of("-m", "shop/io.shop.Main"), tail(words(Launch.main("shop/io.shop.Main"), own), 2));
        assertEquals(List.of("-m", "java.base/java.lang.String"), tail(words(Launch.main(String.class), own), 2));
    }

    @Test
    void shouldMakePathsMeanTheSameElsewhere(@TempDir Path folder) throws Exception {
        CurrentJvm relative = new CurrentJvm(TestJvm.java(),
                InheritedFlags.of(List.of("--module-path=m" + File.pathSeparator + "/n", "-javaagent:a.jar=x=y",
                        "-javaagent:/b.jar")),
                "", List.of("Shop"), Optional.of(List.of()), true);
        String here = Path.of("").toAbsolutePath().toString();
        assertEquals(
                List.of("--module-path=" + here + "/m" + File.pathSeparator + "/n", "-javaagent:" + here + "/a.jar=x=y",
                        "-javaagent:/b.jar"),
                words(Launch.self().directory(folder), relative).subList(2, 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.codehaus.plexus.classworlds.launcher.Launcher",
            "jdk.jshell.execution.RemoteExecutionControl",
            "/tmp/surefire/surefirebooter-2024_3.jar", "org.apache.maven.surefire.booter.ForkedBooter",
            "com.intellij.rt.junit.JUnitStarter",
            "worker.org.gradle.process.internal.worker.GradleWorkerMain",
            "org.eclipse.jdt.internal.junit.runner.RemoteTestRunner"})
    void shouldRefuseToRepeatARunner(String program) {
        IllegalStateException refused = assertThrows(IllegalStateException.class,
                () -> JvmPlan.of(Launch.self(), own(List.of(program), Optional.of(List.of()))));
        assertTrue(refused.getMessage().contains(".main(") && refused.getMessage().contains(program),
                refused.getMessage());
    }

    @Test
    void shouldNameTheMainClassThatCalledUs() {
        assertTrue(new Shop().main().getMessage().contains(".main(JvmPlanTest.Shop.class)"),
                new Shop().main().getMessage());
    }

    @Test
    void shouldAskForArgumentsItCannotTell() {
        CurrentJvm unknown = own(List.of("Shop"), Optional.empty());
        assertTrue(assertThrows(IllegalStateException.class, () -> JvmPlan.of(Launch.self(), unknown)).getMessage()
                .contains(".args("));
        JvmPlan.of(Launch.self().args("a"), unknown);
    }

    @Test
    void shouldRefuseWithoutAJava() {
        CurrentJvm none = new CurrentJvm("/no/such/java", InheritedFlags.of(List.of()), "/a", List.of("Shop"),
                Optional.of(List.of()), true);
        assertTrue(assertThrows(IllegalStateException.class, () -> JvmPlan.of(Launch.self(), none)).getMessage()
                .contains("/no/such/java"));
    }

    private static final class Shop {
        IllegalStateException main() {
            return LauncherDetector.refusal("no");
        }
    }

    private static CurrentJvm own(List<String> target, Optional<List<String>> args) {
        return new CurrentJvm(TestJvm.java(), InheritedFlags.of(List.of("-Dp=1", "-Xdebug")), "/a:/b.jar", target, args,
                true);
    }

    /** {@return the words, but for the selector provider's and the one about exceptions} */
    private static List<String> words(Launch launch, CurrentJvm own) throws Exception {
        return allWords(launch, own).stream().filter(word -> !word.startsWith(PROVIDER) && !word.startsWith(DETAILS))
                .toList();
    }

    private static List<String> allWords(Launch launch, CurrentJvm own) throws Exception {
        JvmPlan plan = JvmPlan.of(launch, own);
        return plan.words(
                new SpawnRequest(plan, 2, 3, "n", Optional.empty(), new InetSocketAddress(1), "t", 1 << 20, Map.of(),
                        JvmShare.none()),
                Map.of()).all();
    }

    private static String classPath(List<String> words) {
        return words.get(words.indexOf("-cp") + 1);
    }

    private static List<String> tail(List<String> words, int count) {
        return words.subList(words.size() - count, words.size());
    }
}
