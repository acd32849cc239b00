package io.musher.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facts as real JVMs, 17 and 25, tell them. */
class OwnJvmTest {

    private final String here = Path.of("").toAbsolutePath().toString();

    @Test
    void shouldKnowAClassAndItsArguments() {
        OwnJvm own = own("Shop a b  c*", "out:lib/x.jar", null, "-cp", "out", "-Dcl=1", "--add-modules", "java.sql", "Shop", "a b", "", "c*");
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.of(List.of("a b", "", "c*")), own.args());
        assertEquals(here + "/out:" + here + "/lib/x.jar", own.classPath());
    }

    @Test
    void shouldKnowAJar() {
        OwnJvm own = own("lib/app.jar u v", "lib/app.jar", null, "-Da=b", "-jar", "lib/app.jar", "u", "v");
        assertEquals(List.of("-jar", here + "/lib/app.jar"), own.target());
        assertEquals(Optional.of(List.of("u", "v")), own.args());
        assertEquals("", own.classPath());
    }

    @Test
    void shouldKnowAJarThatIsItsOwnArgument() {
        OwnJvm own = own("app.jar app.jar", "app.jar", null, "-jar", "app.jar", "app.jar");
        assertEquals(List.of("-jar", here + "/app.jar"), own.target());
        assertEquals(Optional.of(List.of("app.jar")), own.args());
    }

    @Test
    void shouldKnowAModule() {
        OwnJvm own = own("mm/q.P k l", "", "q.P", "-p", "mods", "-m", "mm/q.P", "k", "l");
        assertEquals(List.of("-m", "mm/q.P"), own.target());
        assertEquals(Optional.of(List.of("k", "l")), own.args());
        assertEquals("", own.classPath());
    }

    @Test
    void shouldKnowASourceFile() {
        for (String launcher : List.of("com.sun.tools.javac.launcher.Main", "com.sun.tools.javac.launcher.SourceLauncher")) {
            OwnJvm own = own("jdk.compiler/" + launcher + " P.java x y z", "out", launcher, "-cp", "out", "--source", "17", "P.java", "x y", "z");
            assertEquals(List.of("-m", "jdk.compiler/" + launcher, here + "/P.java"), own.target());
            assertEquals(Optional.of(List.of("x y", "z")), own.args());
        }
    }

    @Test
    void shouldKnowArgumentFiles(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("args"), "# flags\n-cp out \"-Dz=a b\"\nShop \"one \\\"two\\\"\" 'thr\\\\ee'\n");
        OwnJvm own = own("Shop one \"two\" thr\\ee four", "out", null, "@" + file, "four");
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.of(List.of("one \"two\"", "thr\\ee", "four")), own.args());
    }

    @Test
    void shouldNotGuessArguments() {
        OwnJvm own = own("Shop a b", "out", null, "@/no/such/file");
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.empty(), own.args());
    }

    @Test
    void shouldDoWithoutACommandLineWhereThereIsNone() {
        OwnJvm own = own("Shop a b", "out", null);
        assertEquals(List.of("Shop"), own.target());
        assertEquals(Optional.of(List.of("a", "b")), own.args());
    }

    private static OwnJvm own(String command, String classPath, String moduleMain, String... commandLine) {
        Properties properties = new Properties();
        properties.setProperty("java.home", System.getProperty("java.home"));
        properties.setProperty("sun.java.command", command);
        properties.setProperty("java.class.path", classPath);
        if (moduleMain != null) {
            properties.setProperty("jdk.module.main.class", moduleMain);
        }
        return OwnJvm.of(new OwnJvm.Facts(properties, List.of(), List.of(commandLine)));
    }
}
