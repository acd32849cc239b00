package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.internal.process.TestJvm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Compares what is read from the command line with what the JVM reports. */
@EnabledOnOs(OS.LINUX)
class LauncherFlagsTest {

    private static final String UNKNOWN = "Optional.empty";

    @TempDir
    Path folder;

    static final class PrintsBoth {
        public static void main(String[] arguments) {
            System.out.println(
                    LauncherFlags.read(System.getProperties(), CurrentJvm.commandLine(), System.getenv()));
            System.out.println("Optional" + List.of(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        }
    }

    @Test
    void shouldReadTheFlagsThatTheJvmReports() throws Exception {
        for (List<String> flags : List.of(List.<String>of(), List.of("-Da=b c", "-Xmx64m", "-Xss1m", "-Dempty", "-D="),
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"),
                List.of("-Xlog:disable", "-Xmn8m", "-Xms16m"))) {
            List<String> printed = run(Map.of(), flags);
            assertEquals(printed.get(1), printed.get(0));
        }
    }

    @Test
    void shouldAskTheJvmWhereTheLauncherOrAFileOrAVariableAddsFlags() throws Exception {
        Path file = Files.writeString(folder.resolve("flags"), "-Da=b");
        for (String flag : List.of("@" + file, "-ea", "--add-modules=java.sql", "-XX:VMOptionsFile=" + file,
                "-Djava.class.path=elsewhere", "-Dsun.java.x=y", "-verbose:gc")) {
            assertEquals(UNKNOWN, run(Map.of(), List.of(flag)).get(0), flag);
        }
        assertEquals(UNKNOWN, run(Map.of("JDK_JAVA_OPTIONS", "-Da=b"), List.of()).get(0));
    }

    /** {@return the last two lines} */
    private static List<String> run(Map<String, String> environment, List<String> flags)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(TestJvm.java()));
        words.addAll(flags);
        words.addAll(List.of("-cp", TestJvm.CLASS_PATH, PrintsBoth.class.getName(), "-Dof=the program"));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().keySet().removeAll(InheritedFlags.VARIABLES);
        builder.environment().putAll(environment);
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .toList();
        assertEquals(0, process.waitFor(), lines::toString);
        return lines.subList(lines.size() - 2, lines.size());
    }
}
