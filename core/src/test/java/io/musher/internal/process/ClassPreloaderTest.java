package io.musher.internal.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real primary whose own jar is cut off on disk, as a careless deployment does. */
@EnabledOnOs(OS.LINUX)
class ClassPreloaderTest {

    @TempDir
    private Path folder;

    @Test
    void shouldStartAndStopWorkersFromACutOffJar() throws Exception {
        assertTrue(run().contains("\ndone\n"));
    }

    @Test
    void shouldFailWithoutIt() throws Exception {
        assertFalse(run("without").contains("\ndone\n"), "or the test proves nothing");
    }

    private String run(String... args) throws Exception {
        Path jar = folder.resolve("app.jar");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            for (String root : TestJvm.CLASS_PATH.split(File.pathSeparator)) {
                if (Files.isDirectory(Path.of(root))) {
                    add(Path.of(root), out);
                }
            }
        }
        String rest = String.join(File.pathSeparator, Arrays.stream(TestJvm.CLASS_PATH.split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar")).toList());
        List<String> words = new ArrayList<>(
                List.of("-cp", jar + File.pathSeparator + rest, PreloadPrimary.class.getName()));
        words.addAll(List.of(args));
        try (TestJvm primary = TestJvm.start(folder, Map.of(), words.toArray(String[]::new))) {
            primary.printed("loaded ");
            try (RandomAccessFile file = new RandomAccessFile(jar.toFile(), "rw")) {
                file.setLength(100);
            }
            primary.tell("go on");
            return primary.end();
        }
    }

    private static void add(Path root, JarOutputStream out) throws Exception {
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try {
                    out.putNextEntry(new JarEntry(root.relativize(file).toString()));
                } catch (ZipException e) {
                    continue; // the same in two folders
                }
                out.write(Files.readAllBytes(file));
            }
        }
    }
}
