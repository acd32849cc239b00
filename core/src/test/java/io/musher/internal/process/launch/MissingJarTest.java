package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingJarTest {

    @TempDir
    Path folder;

    private Optional<Path> missing(String... words) {
        return MissingJar.of(List.of(words), folder);
    }

    @Test
    void shouldFindTheJarThatIsMissing() throws Exception {
        Path jar = folder.resolve("shop.jar");
        assertEquals(Optional.of(jar), missing("java", "-jar", "shop.jar", "--port", "1"));
        assertEquals(Optional.of(jar), missing("/opt/jdk/bin/java", "-Xmx1g", "-cp", "x", "-jar", "./shop.jar"));
        Files.createFile(jar);
        assertEquals(Optional.empty(), missing("java", "-jar", "shop.jar"));
        assertEquals(Optional.empty(), missing("java", "-jar", jar.toString()));
        Path elsewhere = Files.createDirectories(folder.resolve("releases/current/bin"));
        Files.createSymbolicLink(folder.resolve("bin"), elsewhere);
        Files.createFile(elsewhere.resolveSibling("new.jar"));
        assertEquals(Optional.empty(), missing("java", "-jar", "bin/../new.jar"));
    }

    @Test
    void shouldNotTakeArgumentsOfOtherProgramsForJars() {
        assertEquals(Optional.empty(), missing("java", "-cp", "tools.jar", "Main", "-jar", "none.jar"));
        assertEquals(Optional.empty(), missing("java", "@file", "-jar", "none.jar"));
        assertEquals(Optional.empty(), missing("java", "-jar"));
        assertEquals(Optional.empty(), missing("node", "-jar", "none.jar"));
        assertEquals(Optional.empty(), missing("notjava", "-jar", "none.jar"));
    }
}
