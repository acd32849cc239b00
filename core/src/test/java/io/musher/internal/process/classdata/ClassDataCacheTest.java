package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.launch.CommandLine;
import io.musher.internal.process.os.Termination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real JVMs share class data, whatever happens to the files: each runs the code of its jar and prints nothing else. */
@EnabledOnOs(OS.LINUX)
class ClassDataCacheTest {

    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String ARCHIVE = "-XX:SharedArchiveFile=";

    @TempDir
    Path temporary;

    private Path folder;
    private Path jar;
    private ClassDataCache cache;
    private int lastWorker;

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
    private void write(Path to, String word) throws Exception {
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

    private CommandLine next(String... flags) {
        List<String> hidden = new ArrayList<>(List.of("-cp", jar.toString()));
        hidden.addAll(List.of(flags));
        return cache.extend(new CommandLine(List.of(JAVA), hidden, List.of("App")), Map.of(), ++lastWorker);
    }

    private static Optional<Path> archive(CommandLine line) {
        return line.hidden().stream().filter(word -> word.startsWith(ARCHIVE))
                .map(word -> Path.of(word.substring(ARCHIVE.length()))).findFirst();
    }

    private static String output(List<String> words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return text + process.exitValue();
    }

    private void assertRunsWithout(String word) throws Exception {
        CommandLine line = next();
        assertEquals(Optional.empty(), archive(line));
        assertEquals(word + "\n0", output(line.all()));
    }

    private Path makeArchive() throws Exception {
        CommandLine first = next();
        assertTrue(cache.isRecording(), first::toString);
        assertEquals("one\n0", output(first.all()));
        cache.makeArchive();
        Awaitility.await("an archive").atMost(50, TimeUnit.SECONDS).until(() -> archive(next()).isPresent());
        return archive(next()).orElseThrow();
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("[0-9a-f]{32}", "KEY")).sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldShareClassDataFromTheFirstArchiveOn() throws Exception {
        Path archive = makeArchive();
        assertEquals(List.of("KEY.jsa", "KEY.lock", "KEY.stat"), files());
        assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));

        CommandLine line = next();
        assertFalse(cache.isRecording());
        assertEquals("one\n0", output(line.all()));
        List<String> logged = new ArrayList<>(line.all());
        logged.add(1, "-Xlog:class+load:file=" + temporary.resolve("loaded.log"));
        output(logged);
        assertTrue(Files.readString(temporary.resolve("loaded.log")).lines()
                .anyMatch(each -> each.contains(" App source: shared objects file")));
    }

    @Test
    void shouldLetASecondPrimaryUseTheArchive() throws Exception {
        makeArchive();
        cache = ClassDataCache.of("second", Optional.of(folder));
        assertTrue(archive(next()).isPresent());
    }

    @Test
    void shouldRunTheNewCodeWhenTheJarWasReplaced() throws Exception {
        makeArchive();
        write(jar, "another");
        assertRunsWithout("another");
    }

    @Test
    void shouldRunTheNewCodeWhenSizeAndTimeOfTheJarAreTheSame() throws Exception {
        makeArchive();
        long size = Files.size(jar);
        FileTime time = Files.getLastModifiedTime(jar);
        write(jar, "two");
        Files.setLastModifiedTime(jar, time);
        assertEquals(size, Files.size(jar));
        assertRunsWithout("two");
    }

    @Test
    void shouldStartWithoutAnArchiveThatWasDeleted() throws Exception {
        Files.delete(makeArchive());
        assertRunsWithout("one");
    }

    @Test
    void shouldStartWithoutAnArchiveThatAnotherFileHasReplaced() throws Exception {
        Path archive = makeArchive();
        Path shorter = temporary.resolve("shorter");
        Files.write(shorter, List.of("short"));
        Files.move(shorter, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        assertRunsWithout("one");
    }

    @Test
    void shouldStartWithoutAnArchiveThatWasWrittenTo() throws Exception {
        Path archive = makeArchive();
        FileTime time = Files.getLastModifiedTime(archive);
        Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-------"));
        byte[] bytes = Files.readAllBytes(archive);
        for (int i = 8192; i < bytes.length; i += 97) {
            bytes[i] ^= 0x55;
        }
        Files.write(archive, bytes, StandardOpenOption.WRITE);
        Files.setLastModifiedTime(archive, time);
        assertRunsWithout("one");
    }

    @Test
    void shouldNeverUseAnArchiveAgainWithWhichAWorkerHasCrashed() throws Exception {
        Path archive = makeArchive();
        next();
        cache.helloReceived(lastWorker);
        cache.exited(lastWorker, Termination.of(128 + 11), false);
        assertFalse(Files.exists(archive));
        cache = ClassDataCache.of("second", Optional.of(folder));
        assertRunsWithout("one");
        assertFalse(cache.isRecording());
    }

    @Test
    void shouldRemoveAnArchiveWithWhichAWorkerHasEndedBeforeItsHello() throws Exception {
        Path archive = makeArchive();
        next();
        cache.exited(lastWorker, Termination.of(1), false);
        assertFalse(Files.exists(archive));
        assertRunsWithout("one");
        assertFalse(cache.isRecording());
    }

    @Test
    void shouldKeepTheArchiveWhenAWorkerEndsForOtherReasons() throws Exception {
        makeArchive();
        next();
        cache.helloReceived(lastWorker);
        cache.exited(lastWorker, Termination.of(1), false);
        next();
        cache.helloReceived(lastWorker);
        cache.exited(lastWorker, Termination.of(128 + 9), false);
        next();
        cache.exited(lastWorker, Termination.of(128 + 15), true);
        assertTrue(archive(next()).isPresent());
    }

    @Test
    void shouldMakeOneArchiveWhenTwoPrimariesDoAtOnce() throws Exception {
        ClassDataCache second = ClassDataCache.of("second", Optional.of(folder));
        CommandLine line = new CommandLine(List.of(JAVA), List.of("-cp", jar.toString()), List.of("App"));
        assertEquals("one\n0", output(next().all()));
        assertEquals("one\n0", output(second.extend(line, Map.of("A", "b"), 1).all()));
        cache.makeArchive();
        second.makeArchive();
        Awaitility.await("an archive").atMost(50, TimeUnit.SECONDS).until(() -> archive(next()).isPresent());
        Awaitility.await("nothing else is left")
                .until(() -> files().equals(List.of("KEY.jsa", "KEY.lock", "KEY.stat")));
        assertEquals("one\n0", output(next().all()));
        second.close();
    }

    @Test
    void shouldLeaveNothingWhenTheDumpIsKilled() throws Exception {
        output(next().all());
        cache.makeArchive();
        Awaitility.await("the dump").atMost(50, TimeUnit.SECONDS).until(() -> dumps().peek(
                ProcessHandle::destroyForcibly).count() > 0);
        Awaitility.await("only the lock is left").atMost(50, TimeUnit.SECONDS)
                .until(() -> files().equals(List.of("KEY.lock")));
        assertRunsWithout("one");
    }

    @Test
    void shouldEndTheDumpWhenTheClusterStops() throws Exception {
        output(next().all());
        cache.makeArchive();
        Awaitility.await("the dump").atMost(50, TimeUnit.SECONDS).until(() -> dumps().count() > 0);
        cache.close();
        Awaitility.await("only the lock is left").atMost(50, TimeUnit.SECONDS)
                .until(() -> dumps().count() == 0 && files().equals(List.of("KEY.lock")));
        assertRunsWithout("one");
    }

    private static Stream<ProcessHandle> dumps() {
        return ProcessHandle.current().children().filter(child -> child.info().commandLine().orElse("")
                .contains("-Xshare:dump"));
    }

    @Test
    void shouldNotPublishAnArchiveOfAJarThatChangesMeanwhile() throws Exception {
        output(next().all());
        cache.makeArchive();
        write(jar, "two");
        Awaitility.await("the work is over").atMost(50, TimeUnit.SECONDS)
                .until(() -> files().stream().noneMatch(name -> name.matches("KEY\\.[0-9]+-.*")));
        assertFalse(files().contains("KEY.jsa"), () -> files().toString());
        CommandLine line = next(); // lists the classes of the new jar
        assertEquals("two\n0", output(line.all()));
    }

    @Test
    void shouldUseNoFolderThatOthersCanWriteTo() throws Exception {
        for (String mode : List.of("rwxrwxrwx", "rwxr-xr-x", "r-x------")) {
            Path open = Files.createDirectory(temporary.resolve(mode));
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));
            cache = ClassDataCache.of("test", Optional.of(open));
            assertRunsWithout("one");
            assertFalse(cache.isRecording(), mode);
        }
        Path own = Files.createDirectory(temporary.resolve("own"));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
        cache = ClassDataCache.of("test", Optional.of(Files.createSymbolicLink(temporary.resolve("link"), own)));
        assertRunsWithout("one");
        assertFalse(cache.isRecording(), "a symbolic link");
        cache = ClassDataCache.of("test", Optional.of(jar));
        assertRunsWithout("one");
    }

    @Test
    void shouldStartWithoutWhenTheFolderIsGone() throws Exception {
        Files.delete(folder);
        assertRunsWithout("one");
        assertFalse(cache.isRecording());
    }

    @Test
    void shouldStartWithoutWhenTheArchiveDoesNotFit() throws Exception {
        Path limited = Files.writeString(temporary.resolve("java"),
                "#!/bin/sh\nulimit -f 4096\nexec " + JAVA + " \"$@\"\n"); // 2 MiB
        Files.setPosixFilePermissions(limited, PosixFilePermissions.fromString("rwx------"));
        CommandLine line = cache.extend(
                new CommandLine(List.of(limited.toString()), List.of("-cp", jar.toString()), List.of("App")), Map.of(),
                1);
        assertTrue(cache.isRecording());
        assertEquals("one\n0", output(line.all()));
        cache.makeArchive();
        Awaitility.await("only the lock is left").atMost(50, TimeUnit.SECONDS)
                .until(() -> files().equals(List.of("KEY.lock")));
        assertRunsWithout("one");
    }
}
