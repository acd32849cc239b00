package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.launch.CommandLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Archives are made whole, once, or not at all: whatever happens meanwhile leaves nothing behind. */
@EnabledOnOs(OS.LINUX)
class ArchiveMakingTest extends ClassDataTestBase {

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
