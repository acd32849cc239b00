package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.launch.CommandLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import javax.tools.ToolProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A jar that prints a word, and a cache with class data of the JVMs that run it. */
abstract class ClassDataTestBase {

    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String ARCHIVE = "-XX:SharedArchiveFile=";

    @TempDir
    Path temporary;

    Path folder;
    Path jar;
    ClassDataCache cache;
    int lastWorker;

    @BeforeEach
    void create() throws Exception {
        folder = temporary.resolve("cache");
        jar = temporary.resolve("app.jar");
        write(jar, "one");
        cache = ClassDataCache.of("test", Optional.of(folder));
        lastWorker = 0;
    }

    @AfterEach
    void close() {
        cache.close();
    }

    /** Writes a jar whose main class prints a word. */
    void write(Path to, String word) throws Exception {
        Path classes = Files.createTempDirectory(temporary, "classes");
        Path source = Files.writeString(classes.resolve("App.java"), "public class App {"
                + " public static void main(String[] arguments) { System.out.println(\"" + word + "\"); } }");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(),
                source.toString()));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
            out.setLevel(Deflater.NO_COMPRESSION);
            JarEntry entry = new JarEntry("App.class");
            entry.setTime(0);
            out.putNextEntry(entry);
            out.write(Files.readAllBytes(classes.resolve("App.class")));
            out.closeEntry();
        }
    }

    CommandLine next(String... flags) {
        List<String> hidden = new ArrayList<>(List.of("-cp", jar.toString()));
        hidden.addAll(List.of(flags));
        return cache.extend(new CommandLine(List.of(JAVA), hidden, List.of("App")), Map.of(), ++lastWorker);
    }

    static Optional<Path> archive(CommandLine line) {
        return line.hidden().stream().filter(word -> word.startsWith(ARCHIVE))
                .map(word -> Path.of(word.substring(ARCHIVE.length()))).findFirst();
    }

    static String output(List<String> words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return text + process.exitValue();
    }

    void assertRunsWithout(String word) throws Exception {
        CommandLine line = next();
        assertEquals(Optional.empty(), archive(line));
        assertEquals(word + "\n0", output(line.all()));
    }

    Path makeArchive() throws Exception {
        CommandLine first = next();
        assertTrue(cache.isRecording(), first::toString);
        assertEquals("one\n0", output(first.all()));
        cache.makeArchive();
        Awaitility.await("an archive").atMost(50, TimeUnit.SECONDS).until(() -> archive(next()).isPresent());
        return archive(next()).orElseThrow();
    }

    List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("[0-9a-f]{32}", "KEY")).sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
