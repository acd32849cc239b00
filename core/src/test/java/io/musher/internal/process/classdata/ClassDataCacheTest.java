package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.launch.CommandLine;
import io.musher.internal.process.os.Termination;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real JVMs share class data, whatever happens to the files: each runs the code of its jar and prints nothing else. */
@EnabledOnOs(OS.LINUX)
class ClassDataCacheTest extends ClassDataTestBase {

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
}
