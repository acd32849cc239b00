package io.musher.internal.process.output;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RollingFileTest {

    private static final byte[] LINE = "0123456789\n".getBytes(StandardCharsets.UTF_8);
    private static final int LINES = 10;

    @TempDir
    Path folder;

    /** Writes more than the file may have. */
    private static void fill(Path path, int keep) {
        RollingFile file = new RollingFile(path, 3 * LINE.length, keep);
        file.addWriter();
        for (int i = 0; i < LINES; i++) {
            file.write(LINE, 0, LINE.length);
        }
        file.removeWriter();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void run(String... words) throws Exception {
        assumeTrue(new ProcessBuilder(words).inheritIO().start().waitFor() == 0, () -> String.join(" ", words));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldNeitherRenameNorDeleteADevice(int keep) throws Exception {
        Path device = folder.resolve("null");
        run("mknod", device.toString(), "c", "1", "3"); // as /dev/null; only root may make it

        fill(device, keep);

        assertEquals(List.of("null"), names());
        assertFalse(Files.isRegularFile(device));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldNeitherRenameNorDeleteASymbolicLink(int keep) throws Exception {
        Path target = folder.resolve("target");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);

        fill(link, keep);

        assertEquals(List.of("link", "target"), names());
        assertTrue(Files.isSymbolicLink(link) && Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS));
        assertEquals((long) LINES * LINE.length, Files.size(target));
    }

    @Test
    void shouldWriteAllToAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        run("mkfifo", pipe.toString());
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        try {
            fill(pipe, 2);

            assertEquals("0123456789\n".repeat(LINES),
                    new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(List.of("pipe"), names());
        } finally {
            reader.destroyForcibly().waitFor();
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldEndThoughNothingReadsThePipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        run("mkfifo", pipe.toString());
        RollingFile file = new RollingFile(pipe, 100, 2);
        file.addWriter();
        Thread writer = new Thread(() -> file.write(LINE, 0, LINE.length), "writer");
        writer.start();
        await().until(() -> Stream.of(writer.getStackTrace()).map(StackTraceElement::getMethodName)
                .anyMatch(method -> method.contains("open")));

        file.removeWriter();

        new ProcessBuilder("cat", pipe.toString()).start(); // ends with the writer's stream
        writer.join();
        file.removeWriter();
    }

    @Test
    void shouldRotateARegularFile() throws Exception {
        fill(folder.resolve("app.log"), 2);

        assertEquals(List.of("app.log", "app.log.1", "app.log.2"), names());
    }
}
