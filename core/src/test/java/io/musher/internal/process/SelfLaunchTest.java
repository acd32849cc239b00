package io.musher.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Launch;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.os.Memory;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real JVMs that start themselves again. */
class SelfLaunchTest {

    private static final String MAIN = SelfPrimary.class.getName();

    @TempDir
    private Path folder;

    @Test
    void shouldRepeatClassPathMainAndArguments() throws Exception {
        String out = run(Map.of(), "-Dmine=a b", "-cp", TestJvm.CLASS_PATH, MAIN, "one two", "", "*", "ü");
        assertTrue(out.contains("worker 1 of 1\nargs [one two, , *, ü]\n"), out);
        assertTrue(out.contains("-Dmine=a b"), out);
        assertTrue(out.contains("ended exit code 0"), out);
    }

    @Test
    void shouldRepeatARelativeClassPath() throws Exception {
        String relative = Arrays.stream(TestJvm.CLASS_PATH.split(File.pathSeparator))
                .map(entry -> folder.toAbsolutePath().relativize(Path.of(entry).toAbsolutePath()).toString())
                .collect(Collectors.joining(File.pathSeparator));
        assertTrue(run(Map.of(), "-cp", relative, MAIN).contains("worker 1 of 1\nargs []\n"));
    }

    @Test
    void shouldRepeatAJar() throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, MAIN);
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH,
                Arrays.stream(TestJvm.CLASS_PATH.split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toUri().toString()).collect(Collectors.joining(" ")));
        try (OutputStream file = Files.newOutputStream(folder.resolve("app.jar"))) {
            new JarOutputStream(file, manifest).close();
        }
        assertTrue(run(Map.of(), "-jar", "app.jar", "x y").contains("worker 1 of 1\nargs [x y]\n"));
    }

    @Test
    void shouldRepeatASourceFile() throws Exception {
        Files.writeString(folder.resolve("Tool.java"),
                "public class Tool { public static void main(String[] args) throws Exception {"
                        + MAIN + ".main(args); } }");
        assertTrue(run(Map.of(), "-cp", TestJvm.CLASS_PATH, "Tool.java", "x y", "z")
                .contains("worker 1 of 1\nargs [x y, z]\n"));
    }

    @Test
    void shouldRepeatAnArgumentFile() throws Exception {
        Files.writeString(folder.resolve("args"),
                "-cp \"" + TestJvm.CLASS_PATH + "\"\n-Dmine=1 " + MAIN + " \"x y\"\n");
        String out = run(Map.of(), "@args", "z");
        assertTrue(out.contains("worker 1 of 1\nargs [x y, z]\n") && out.contains("-Dmine=1"), out);
    }

    @Test
    void shouldRepeatAModule() throws Exception {
        Path classes = Path.of(SelfPrimary.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path module = Path.of(Spawner.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assumeTrue(Files.exists(module.resolve("module-info.class")) || module.toString().endsWith(".jar"));
        String path = Arrays.stream(TestJvm.CLASS_PATH.split(File.pathSeparator))
                .filter(entry -> entry.contains("slf4j-api") || entry.contains("balancer"))
                .collect(Collectors.joining(File.pathSeparator));
        String out = run(Map.of(), "-p", path + File.pathSeparator + module, "--patch-module", "io.musher=" + classes,
                "-m", "io.musher/" + MAIN, "x y");
        assertTrue(out.contains("worker 1 of 1\nargs [x y]\n"), out);
    }

    @Test
    void shouldTakeAClassPathThatIsTooLongForTheSystem() throws Exception {
        String padding = (File.pathSeparator + "/no/such/folder/" + "x".repeat(200)).repeat(700);
        Files.writeString(folder.resolve("args"), "-cp \"" + TestJvm.CLASS_PATH + padding + "\"\n" + MAIN + "\n");
        String out = run(Map.of("TMPDIR", folder.toString()), "-Djava.io.tmpdir=" + folder, "@args", "z");
        assertTrue(out.contains("worker 1 of 1\nargs [z]\n"), out);
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "nothing is left");
        }
    }

    @Test
    void shouldNotShareWhatOnlyOneCanHave() throws Exception {
        int debug = freePort();
        int jmx = freePort();
        String out = run(Map.of("JAVA_TOOL_OPTIONS",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + debug
                        + " '-Dtool=a b' -XX:MaxRAMPercentage=10",
                "JDK_JAVA_OPTIONS", "-Dcom.sun.management.jmxremote.port=" + jmx
                        + " -Dcom.sun.management.jmxremote.authenticate=false"
                        + " -Dcom.sun.management.jmxremote.ssl=false -Djdk=1"),
                "-Xlog:gc*:file=gc.log:time", "-XX:HeapDumpPath=dump.hprof", "-cp", TestJvm.CLASS_PATH, MAIN);
        assertTrue(out.contains("worker 1 of 1") && out.contains("ended exit code 0"), out);
        String flags = out.lines().filter(line -> line.startsWith("flags ")).findFirst().orElseThrow();
        assertFalse(flags.contains("jdwp") || flags.contains("jmxremote"), flags);
        assertTrue(flags.contains("-Dtool=a b") && flags.contains("-Djdk=1")
                && flags.contains("-XX:HeapDumpPath=dump-1.hprof"), flags);
        // so that programs the worker starts have them, too
        assertTrue(line(out, "options ").matches("-Dtool=a.*-Djdk=1.*"), out);
        assertTrue(Files.size(folder.resolve("gc.log")) > 0);
        assertTrue(Files.size(folder.resolve("gc-1.log")) > 0);
    }

    @Test
    void shouldShowNoSecretsOnTheCommandLine() throws Exception {
        Path file = Files.writeString(folder.resolve("secret.args"),
                "-Dfile=s3cret -cp \"" + TestJvm.CLASS_PATH + "\" " + MAIN + " s3cret-argument");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Dtool=s3cret", "JDK_JAVA_OPTIONS",
                "-Djdk=s3cret --add-opens java.base/java.io=ALL-UNNAMED",
                "_JAVA_OPTIONS", "-Dlast=s3cret -Dboth=inherited", "SELF_FLAG", "-Dboth=s3cret-launch");
        String out = run(environment, "-Dshown=1", "@secret.args", "open");
        assertTrue(out.contains("args [s3cret-argument, open]\n"), out);
        assertFalse(line(out, "shown ").contains("s3cret"), out);
        assertTrue(line(out, "shown ").contains("-Dmusher.worker=1 -Dmusher.program=" + MAIN), out);
        assertTrue(out.contains("input -1\n"), out);
        String flags = line(out, "flags ");
        for (String flag : List.of("-Dfile=s3cret", "-Dtool=s3cret", "-Djdk=s3cret", "-Dlast=s3cret",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "-Dboth=s3cret-launch", "-Dshown=1")) {
            assertEquals(2, flags.split(flag, -1).length, flag + " once in " + flags);
        }
        assertFalse(flags.contains("-Dboth=inherited"), flags);
        assertTrue(line(out, "options ").startsWith("-Dtool=s3cret -Djdk=s3cret"), out);
    }

    @Test
    void shouldShowTheProgramOnTheCommandLine() throws Exception {
        String out = run(Map.of(), "-Dfile=hidden", "-cp", TestJvm.CLASS_PATH, MAIN, "one two", "@three");
        assertTrue(line(out, "shown ").endsWith(
                "-Dmusher.worker=1 @/dev/stdin io.musher.internal.worker.MainRunner " + MAIN + " one two @three "),
                out);
        assertTrue(out.contains("args [one two, @three]"), out);
    }

    @Test
    void shouldLetTheMemoryOptionsOfTheEnvironmentMeanTheShare() throws Exception {
        String out = run(
                Map.of("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=8 -Xms512m", "_JAVA_OPTIONS",
                        "-XX:ActiveProcessorCount=9 -Xmx3g -Dlast=1"),
                "-XX:+UseSerialGC", "-cp", TestJvm.CLASS_PATH, MAIN);
        long heap = Long.parseLong(line(out, "heap "));
        long share = Memory.total() / 100 * 2 >> 20;
        assertTrue(heap > share * 9 / 10 && heap <= share, heap + " of " + share);
        assertTrue(out.contains("processors 2\n"), out);
        assertTrue(line(out, "options ").endsWith(" null -Dlast=1"), out);
    }

    private static String line(String out, String beginning) {
        return out.lines().filter(each -> each.startsWith(beginning)).findFirst()
                .orElseThrow(() -> new AssertionError(out)).substring(beginning.length());
    }

    @Test
    void shouldGiveEachItsShare() throws Exception {
        String out = run(Map.of(), "-Xms64m", "-XX:ActiveProcessorCount=9", "-XX:+UseSerialGC",
                "-XX:MaxRAMPercentage=8", "-cp", TestJvm.CLASS_PATH, MAIN);
        long heap = Long
                .parseLong(out.lines().filter(line -> line.startsWith("heap ")).findFirst().orElseThrow().substring(5));
        long share = Memory.total() / 100 * 2 >> 20;
        assertTrue(heap > share * 9 / 10 && heap <= share, heap + " of " + share);
        assertTrue(out.contains("processors 2\n"), out); // (9 - 1) / 4
    }

    @Test
    void shouldRefuseInATestRunner() {
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> LaunchPlan.of(Launch.self()));
        assertTrue(refused.getMessage().contains(".main("), refused.getMessage());
    }

    private String run(Map<String, String> environment, String... words) throws Exception {
        try (TestJvm primary = TestJvm.start(folder, environment, words)) {
            return primary.end();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
