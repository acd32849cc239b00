package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a watcher works by being open
class FileWatcherTest {

    private static final Duration QUIET = Duration.ofMillis(200);

    @TempDir
    Path folder;

    private final BlockingQueue<Path> changes = new LinkedBlockingQueue<>();

    private FileWatcher watch(Path... roots) throws IOException {
        return new FileWatcher("test", List.of(roots), path -> !path.toString().endsWith(".log"), QUIET, changes::add);
    }

    private Path nextChange() throws InterruptedException {
        return changes.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldReportChangedCreatedAndDeletedFiles() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "1");
        try (FileWatcher watcher = watch(folder)) {
            Files.writeString(file, "2");
            assertEquals(file, nextChange());
            Files.delete(file);
            assertEquals(file, nextChange());
            Files.writeString(file, "3");
            assertEquals(file, nextChange());
        }
    }

    @Test
    void shouldReportManyChangesOnce() throws Exception {
        try (FileWatcher watcher = watch(folder)) {
            for (int i = 0; i < 200; i++) {
                Files.writeString(folder.resolve("class" + i), "x");
            }
            nextChange();
            Files.writeString(folder.resolve("last"), "x");

            Path second = nextChange();

            assertEquals(folder.resolve("last"), second, "reported twice for one series of changes");
        }
    }

    @Test
    void shouldWatchFoldersThatAppearWithWhatIsInThem() throws Exception {
        Path ready = Files.createDirectories(folder.resolve("elsewhere/b"));
        Files.writeString(ready.resolve("file"), "x");
        Path root = Files.createDirectories(folder.resolve("root"));
        try (FileWatcher watcher = watch(root)) {
            Files.move(folder.resolve("elsewhere"), root.resolve("a"));
            assertEquals(root.resolve("a/b/file"), nextChange());
            Files.writeString(root.resolve("a/b/later"), "x");
            assertEquals(root.resolve("a/b/later"), nextChange());
        }
    }

    @Test
    void shouldIgnoreWhatDoesNotCount() throws Exception {
        Files.createDirectories(folder.resolve("node_modules"));
        try (FileWatcher watcher = watch(folder)) {
            Files.writeString(folder.resolve("own.log"), "x");
            Files.writeString(folder.resolve("node_modules/x"), "x");
            Files.createDirectories(folder.resolve(".git/objects"));
            Files.writeString(folder.resolve(".git/objects/x"), "x");
            Files.writeString(folder.resolve("code"), "x");

            assertEquals(folder.resolve("code"), nextChange());
        }
    }

    @Test
    void shouldWatchASingleFileAndNotItsNeighbours() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "1");
        try (FileWatcher watcher = watch(file)) {
            Files.writeString(folder.resolve("b"), "x");
            // editors write a new file and rename it
            Files.writeString(folder.resolve("c"), "2");
            Files.move(folder.resolve("c"), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

            assertEquals(file, nextChange());
        }
    }

    @Test
    void shouldWatchFromItsCreationOnWhatDoesNotExist() throws Exception {
        Path later = folder.resolve("later");
        try (FileWatcher watcher = watch(later)) {
            Files.createDirectories(later);
            assertEquals(later, nextChange());
            Files.writeString(later.resolve("a"), "x");
            assertEquals(later.resolve("a"), nextChange());
        }
    }

    @Test
    void shouldReportAlthoughOtherFilesChangeAllTheTime() throws Exception {
        AtomicBoolean writes = new AtomicBoolean(true);
        Thread logger = new Thread(() -> {
            while (writes.get()) {
                assertDoesNotThrow(() -> Files.writeString(folder.resolve("own.log"), "x"));
            }
        });
        try (FileWatcher watcher = watch(folder)) {
            logger.start();
            Files.writeString(folder.resolve("code"), "x");

            assertEquals(folder.resolve("code"), nextChange());
        } finally {
            writes.set(false);
            logger.join();
        }
    }

    @Test
    void shouldWaitForAFolderThatIsRemovedAndBuiltAnew() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Path file = Files.writeString(classes.resolve("a"), "1");
        Path other = Files.createDirectories(folder.resolve("other"));
        try (FileWatcher watcher = watch(classes, other)) {
            Files.delete(file);
            Files.delete(classes);
            assertNull(changes.poll(3 * QUIET.toMillis(), TimeUnit.MILLISECONDS));
            Files.writeString(other.resolve("b"), "x");
            assertEquals(other.resolve("b"), nextChange());

            Files.createDirectories(classes);
            Files.writeString(file, "2");

            assertTrue(nextChange().startsWith(classes));
        }
    }

    @Test
    void shouldEndItsThreadWhenClosed() throws Exception {
        FileWatcher watcher = watch(folder);

        watcher.close();

        org.awaitility.Awaitility.await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("test-watch")));
        Files.writeString(folder.resolve("a"), "x");
        assertNull(changes.poll());
    }
}
