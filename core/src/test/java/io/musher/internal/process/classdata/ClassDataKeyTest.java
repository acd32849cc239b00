package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.launch.CommandLine;
import io.musher.internal.process.launch.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class ClassDataKeyTest {

    @TempDir
    Path folder;

    private Path jar(String name, String... attributes) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        for (int i = 0; i < attributes.length; i += 2) {
            manifest.getMainAttributes().putValue(attributes[i], attributes[i + 1]);
        }
        Path jar = folder.resolve(name);
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    private static JavaCommand command(Map<String, String> environment, Path jar, String... flags) {
        List<String> hidden = new ArrayList<>(List.of("-cp", jar.toString()));
        hidden.addAll(List.of(flags));
        return JavaCommand.of(new CommandLine(List.of("java", "-Dmusher.worker=1"), hidden, List.of("App", "-Xshare")),
                environment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-javaagent:a.jar", "-agentlib:jdwp=x", "-Xshare:auto", "-Xshare:off",
            "-XX:SharedArchiveFile=a", "-XX:AOTCache=a", "-XX:AOTMode=auto", "-XX:ArchiveClassesAtExit=a",
            "-XX:+AutoCreateSharedArchive", "-XX:-UseSharedSpaces", "-XX:+UseZGC", "-Xmx32g", "-Xmx33000m",
            "-XX:MaxHeapSize=34359738368", "-XX:-UseCompressedOops", "--patch-module=a=b",
            "--upgrade-module-path=a", "--limit-modules=java.base", "--module-path=a", "@file",
            "-Djava.system.class.loader=A", "-Xbootclasspath/a:b.jar"})
    void shouldRefuse(String flag) throws IOException {
        Path jar = jar("a.jar");
        assertTrue(ClassDataKey.refusal(command(Map.of(), jar, flag)).isPresent());
        for (String variable : List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")) {
            if (!flag.startsWith("@")) {
                assertTrue(ClassDataKey.refusal(command(Map.of(variable, flag), jar)).isPresent(), variable);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xmx31g", "-Xss1m", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-Da=b",
            "--add-opens=java.base/java.lang=ALL-UNNAMED", "-Xlog:gc", "-XX:ActiveProcessorCount=1"})
    void shouldAllow(String flag) throws IOException {
        assertEquals(Optional.empty(), ClassDataKey.refusal(command(Map.of(), jar("a.jar"), flag)));
    }

    @Test
    void shouldRefuseFoldersAndRelativePaths() {
        assertTrue(ClassDataKey.refusal(command(Map.of(), folder)).orElse("").contains("directory"));
        assertTrue(ClassDataKey.refusal(command(Map.of(), Path.of("a.jar"))).orElse("").contains("relative"));
    }

    @Test
    void shouldRefuseAJarThatHoldsJars() throws IOException {
        JavaCommand command = command(Map.of(),
                jar("boot.jar", "Main-Class", "org.springframework.boot.loader.launch.JarLauncher"));
        assertTrue(assertThrows(IOException.class, () -> ClassDataKey.of(command)).getMessage().contains("extract"));
    }

    @Test
    void shouldDependOnFlagsThatConcernClassesAndNotOnThoseOfOneWorker() throws IOException {
        Path jar = jar("a.jar");
        String key = ClassDataKey.of(command(Map.of(), jar));
        assertEquals(key, ClassDataKey.of(command(Map.of(), jar, "-Dport=1", "-Xmx1g", "-Xlog:gc:file=gc-3.log",
                "-XX:HeapDumpPath=/tmp/3", "-XX:ActiveProcessorCount=2")));
        assertNotEquals(key, ClassDataKey.of(command(Map.of(), jar, "-XX:+UseSerialGC")));
        assertNotEquals(key, ClassDataKey.of(command(Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC"), jar)));
        assertNotEquals(key, ClassDataKey.of(command(Map.of(), jar, "--add-modules", "java.sql")));
    }

    @Test
    void shouldDependOnTheJarsThatManifestsName() throws IOException {
        jar("c.jar");
        jar("b.jar", "Class-Path", "c.jar");
        JavaCommand command = command(Map.of(), jar("a.jar", "Class-Path", "b.jar missing.jar"));
        String key = ClassDataKey.of(command);
        assertEquals(key, ClassDataKey.of(command));
        jar("c.jar", "Changed", "yes");
        String changed = ClassDataKey.of(command);
        assertNotEquals(key, changed);
        jar("missing.jar");
        assertNotEquals(changed, ClassDataKey.of(command));
    }

    @Test
    void shouldDependOnTheJarsOfAFolderWithAWildcard() throws IOException {
        jar("a.jar");
        JavaCommand command = command(Map.of(), folder.resolve("*"));
        assertEquals(Optional.empty(), ClassDataKey.refusal(command));
        String key = ClassDataKey.of(command);
        jar("b.jar");
        assertNotEquals(key, ClassDataKey.of(command));
    }
}
