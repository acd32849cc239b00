package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facts as real JVMs, 17 and 25, tell them. */
class CurrentJvmTest {

    private final String here = Path.of("").toAbsolutePath().toString();

    @Test
    void shouldKnowAClassAndItsArguments() {
        CurrentJvm own = own("Shop a b  c*", "out:lib/x.jar", null, "-cp", "out", "-Dcl=1", "--add-modules", "java.sql",
                "Shop", "a b", "", "c*");
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.of(List.of("a b", "", "c*")), own.args());
        assertEquals(here + "/out:" + here + "/lib/x.jar", own.classPath());
    }

    @Test
    void shouldKnowAJar() {
        CurrentJvm own = own("lib/app.jar u v", "lib/app.jar", null, "-Da=b", "-jar", "lib/app.jar", "u", "v");
        assertEquals(List.of("-jar", here + "/lib/app.jar"), own.target());
        assertEquals(Optional.of(List.of("u", "v")), own.args());
        assertEquals("", own.classPath());
    }

    @Test
    void shouldKnowAJarThatIsItsOwnArgument() {
        CurrentJvm own = own("app.jar app.jar", "app.jar", null, "-jar", "app.jar", "app.jar");
        assertEquals(List.of("-jar", here + "/app.jar"), own.target());
        assertEquals(Optional.of(List.of("app.jar")), own.args());
    }

    @Test
    void shouldKnowAModule() {
        CurrentJvm own = own("mm/q.P k l", "", "q.P", "-p", "mods", "-m", "mm/q.P", "k", "l");
        assertEquals(List.of("-m", "mm/q.P"), own.target());
        assertEquals(Optional.of(List.of("k", "l")), own.args());
        assertEquals("", own.classPath());
    }

    @Test
    void shouldKnowASourceFile() {
        for (String launcher : List.of("com.sun.tools.javac.launcher.Main",
                "com.sun.tools.javac.launcher.SourceLauncher")) {
            CurrentJvm own = own("jdk.compiler/" + launcher + " P.java x y z", "out", launcher, "-cp", "out",
                    "--source", "17", "P.java", "x y", "z");
            assertEquals(List.of("-m", "jdk.compiler/" + launcher, here + "/P.java"), own.target());
            assertEquals(Optional.of(List.of("x y", "z")), own.args());
        }
    }

    @Test
    void shouldKnowArgumentFiles(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("args"),
                "# flags\n-cp out \"-Dz=a b\"\nShop \"one \\\"two\\\"\" 'thr\\\\ee'\n");
        CurrentJvm own = own("Shop one \"two\" thr\\ee four", "out", null, "@" + file, "four");
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.of(List.of("one \"two\"", "thr\\ee", "four")), own.args());
    }

    @Test
    void shouldNotGuessArguments() {
        CurrentJvm own = own("Shop a b", "out", null, "@/no/such/file");
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.empty(), own.args());
    }

    @Test
    void shouldNotSplitArgumentsWhereThereIsNoCommandLine() {
        CurrentJvm own = own("Shop a b", "out", null);
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.empty(), own.args());
        assertEquals(Optional.of(List.of()), own("Shop", "out", null).args());
    }

    @Test
    void shouldKnowAJarWithBlanksInItsNameWhereThereIsNoCommandLine() {
        assertEquals(List.of("-jar", here + "/my app.jar"), own("my app.jar", "my app.jar", null).target());
        assertEquals(List.of("-jar", here + "/my app.jar"), own("my app.jar x y", "my app.jar", null).target());
        assertEquals(Optional.empty(), own("my app.jar x y", "my app.jar", null).args());
    }

    @Test
    void shouldNotRunASourceFileItDoesNotKnow() {
        String launcher = "com.sun.tools.javac.launcher.Main";
        assertEquals(List.of(), own("jdk.compiler/" + launcher + " P.java x", "out", launcher).target());
    }

    @Test
    void shouldTellWhatStandsOnTheCommandLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("args"), "-cp out Shop secret");
        assertTrue(own("Shop a b", "out", null, "-cp", "out", "Shop", "a b").shown());
        assertFalse(own("Shop secret four", "out", null, "@" + file, "four").shown());
    }

    @Test
    void shouldTellFlagsByWhereTheyComeFrom(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("more"), "-Dfile=1 --add-reads a=b");
        List<String> flags = List.of("-Dt=a b", "-Xmx1g", "--add-opens=m/p=ALL-UNNAMED", "-Dfile=1", "--add-reads=a=b",
                "-Xmx1g", "-Dc=1", "-Xmx1g");
        InheritedFlags split = InheritedFlags.split(flags,
                Map.of("JAVA_TOOL_OPTIONS", "'-Dt=a b' -Xmx1g", "JDK_JAVA_OPTIONS",
                        "--add-opens m/p=ALL-UNNAMED @" + file, "_JAVA_OPTIONS", "-Xmx1g"));
        assertEquals(List.of("-Xmx1g", "-Dc=1"), split.commandLine());
        assertEquals(flags, split.all());
        assertEquals(List.of("-Xmx1g", "-Dc=1", "-Xmx1g"),
                split.without(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")));
    }

    private static CurrentJvm own(String command, String classPath, String moduleMain, String... commandLine) {
        Properties properties = new Properties();
        properties.setProperty("java.home", System.getProperty("java.home"));
        properties.setProperty("sun.java.command", command);
        properties.setProperty("java.class.path", classPath);
        if (moduleMain != null) {
            properties.setProperty("jdk.module.main.class", moduleMain);
        }
        return CurrentJvm.of(new CurrentJvm.Facts(properties, List.of(), List.of(commandLine), Map.of()));
    }
}
