package io.musher.ops.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

    @TempDir
    Path folder;

    @Test
    void shouldKeepTheGivenNumberOfFullFiles() throws Exception {
        Path path = folder.resolve("logs/web.log");
        try (LogFile file = new LogFile(path, 10, 2)) {
            for (String line : List.of("11111", "2222", "33333", "44444", "55555")) {
                file.write(line);
            }
        }

        assertEquals("55555\n", Files.readString(path));
        assertEquals("44444\n", Files.readString(folder.resolve("logs/web.log.1")));
        assertEquals("33333\n", Files.readString(folder.resolve("logs/web.log.2")));
        assertFalse(Files.exists(folder.resolve("logs/web.log.3")));
    }

    @Test
    void shouldContinueTheFileOfAFormerRunAndRenameAFullOne() throws Exception {
        Path path = Files.writeString(folder.resolve("a"), "old\n");
        try (LogFile file = new LogFile(path, 8, 1)) {
            file.write("new");
        }
        assertEquals("old\nnew\n", Files.readString(path));
        try (LogFile file = new LogFile(path, 8, 1)) {
            file.write("next");
        }
        assertEquals("next\n", Files.readString(path));
        assertEquals("old\nnew\n", Files.readString(folder.resolve("a.1")));
    }

    @Test
    void shouldKeepNoFullFileWhenToldSo() throws Exception {
        Path path = folder.resolve("a");
        try (LogFile file = new LogFile(path, 4, 0)) {
            file.write("111");
            file.write("222");
        }
        assertEquals("222\n", Files.readString(path));
        assertFalse(Files.exists(folder.resolve("a.1")));
    }

    @Test
    void shouldGoOnWhenTheFileCanBeWrittenAgain() throws Exception {
        Path obstacle = Files.createDirectories(folder.resolve("a"));
        try (LogFile file = new LogFile(obstacle, 100, 1)) {
            file.write("lost");
            Files.delete(obstacle);
            file.write("kept");
        }
        assertTrue(Files.isRegularFile(obstacle));
        assertEquals("kept\n", Files.readString(obstacle));
    }
}
