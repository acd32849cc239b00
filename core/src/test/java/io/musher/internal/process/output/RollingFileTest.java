package io.musher.internal.process.output;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
        file.close(10_000);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path pipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        run("mkfifo", pipe.toString());
        return pipe;
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

        assertEquals(List.of("null"), names(folder));
        assertFalse(Files.isRegularFile(device));
    }

    @Test
    void shouldRotateTheFileBehindSymbolicLinks() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path logs = Files.createSymbolicLink(folder.resolve("logs"), Path.of("data"));
        Files.createSymbolicLink(data.resolve("app.log"), Path.of("../link"));
        Files.createSymbolicLink(folder.resolve("link"), data.resolve("target")); // which does not exist yet

        fill(logs.resolve("app.log"), 2);

        assertEquals(List.of("data", "link", "logs"), names(folder));
        assertEquals(List.of("app.log", "target", "target.1", "target.2"), names(data));
        assertTrue(Files.isSymbolicLink(data.resolve("app.log")) && Files.isSymbolicLink(folder.resolve("link")));
        assertEquals(3L * LINE.length, Files.size(data.resolve("target.1")));
    }

    @Test
    void shouldDeleteTheFullFileBehindASymbolicLinkWhereNoneIsKept() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("target"));

        fill(link, 0);

        assertEquals(List.of("link", "target"), names(folder));
        assertEquals((long) LINE.length, Files.size(link));
    }

    /** As {@code /dev/stdout} does where standard output is a file, to which the JVM itself writes, too. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldNeitherRenameNorDeleteAFileThatAProcessHasOpened(int keep) throws Exception {
        Path target = folder.resolve("target");
        try (OutputStream open = Files.newOutputStream(target)) {
            open.write(LINE);
            Path descriptor = descriptor(target);
            Path link = Files.createSymbolicLink(folder.resolve("link"), descriptor);

            fill(link, keep);

            assertEquals(List.of("link", "target"), names(folder));
            assertEquals((LINES + 1L) * LINE.length, Files.size(target));
        }
    }

    private static Path descriptor(Path file) throws IOException {
        Path own = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(own));
        try (Stream<Path> descriptors = Files.list(own)) {
            return descriptors.filter(each -> {
                try {
                    return Files.readSymbolicLink(each).equals(file.toRealPath());
                } catch (IOException e) {
                    return false; // that of the listing
                }
            }).findFirst().orElseThrow();
        }
    }

    @Test
    void shouldWriteAllToAPipe() throws Exception {
        Path pipe = pipe();
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        try {
            fill(pipe, 2);

            assertEquals("0123456789\n".repeat(LINES),
                    new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(List.of("pipe"), names(folder));
        } finally {
            reader.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "exec 3<$0; exec sleep 600"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldDropAndCountWhatNothingReads(String reader) throws Exception {
        Path pipe = pipe();
        Optional<Process> holder = reader.isEmpty() ? Optional.empty()
                : Optional.of(new ProcessBuilder("sh", "-c", reader, pipe.toString()).start());
        RollingFile file = new RollingFile(pipe, 100, 2);
        try {
            file.addWriter();
            byte[] block = new byte[64 << 10];
            int blocks = 0;
            while (file.dropped() == 0) {
                file.write(block, 0, block.length);
                blocks++;
            }
            file.addWriter();
            file.removeWriter();
            file.removeWriter();
            file.close(100);

            int all = blocks;
            await().until(() -> threads(pipe) == 0);
            assertTrue(file.dropped() > all * (long) block.length / 2 && file.dropped() <= all * (long) block.length,
                    () -> file.dropped() + " of " + all * block.length);
        } finally {
            holder.ifPresent(Process::destroyForcibly);
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldGoOnWithTheNextReaderOfAPipe() throws Exception {
        Path pipe = pipe();
        Process first = new ProcessBuilder("head", "-n", "1", pipe.toString()).start();
        RollingFile file = new RollingFile(pipe, 100, 2);
        file.addWriter();
        await().until(() -> {
            file.write(LINE, 0, LINE.length);
            return !first.isAlive();
        });

        Process next = new ProcessBuilder("head", "-n", "3", pipe.toString()).start();
        await().until(() -> {
            file.write(LINE, 0, LINE.length);
            return !next.isAlive();
        });
        file.close(100);

        assertEquals("0123456789\n".repeat(3),
                new String(next.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static long threads(Path pipe) {
        return Thread.getAllStackTraces().keySet().stream().filter(each -> each.getName().endsWith(pipe.toString()))
                .count();
    }

    @Test
    void shouldRotateARegularFile() throws Exception {
        fill(folder.resolve("app.log"), 2);

        assertEquals(List.of("app.log", "app.log.1", "app.log.2"), names(folder));
    }
}
