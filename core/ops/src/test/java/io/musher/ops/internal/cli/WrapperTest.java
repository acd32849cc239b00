package io.musher.ops.internal.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script that runs the jar, with a program in the place of java that makes archives as it does. */
class WrapperTest {

    private static final String JAVA = """
            #!/bin/sh
            for word; do
                case $word in
                    -XX:ArchiveClassesAtExit=*)
                        echo archive >"${word#*=}"
                        [ ! -e "$HANGS" ] || exec sleep 600 ;;
                esac
            done
            """;

    @TempDir
    Path folder;

    private Path cache;
    private Path hangs;
    private Process started;

    @BeforeEach
    void write() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")), "needs setsid");
        cache = folder.resolve("cache");
        hangs = folder.resolve("hangs");
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, JAVA);
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(folder.resolve("musher"), Scripts.wrapper());
    }

    /**
     * Begins musher status in a session of its own, so that it can get signals as from a terminal, also when these
     * tests themselves run in the background of a shell, where SIGINT is ignored.
     */
    private Process status() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("env", "--default-signal=INT", "setsid", "sh",
                folder.resolve("musher").toString(), "status");
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        builder.environment().put("HANGS", hangs.toString());
        started = builder.inheritIO().start();
        return started;
    }

    @AfterEach
    void end() {
        if (started != null) {
            started.descendants().forEach(ProcessHandle::destroyForcibly);
            started.destroyForcibly();
        }
    }

    private static int exit(Process process) throws InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private List<String> cached() throws IOException {
        if (!Files.exists(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldLeaveNothingWhenTheMakingOfAnArchiveIsInterrupted() throws Exception {
        Files.createFile(hangs);
        Process status = status();
        await().atMost(Duration.ofSeconds(60)).until(() -> cached().size() == 1);

        assertEquals(0, new ProcessBuilder("sh", "-c", "kill -s INT -- -" + status.pid()).start().waitFor());

        assertEquals(130, exit(status));
        assertEquals(List.of(), cached());
    }

    @Test
    void shouldRemoveWhatAMakingHasLeftThatWasKilled() throws Exception {
        assertEquals(0, exit(status()));
        Path archive = cache.resolve(cached().get(0));
        Files.delete(archive);
        Files.createFile(cache.resolve(archive.getFileName() + ".999999999"));
        Path running = Files.createFile(
                cache.resolve(archive.getFileName() + "." + ProcessHandle.current().pid()));

        assertEquals(0, exit(status()));

        assertEquals(List.of(archive.getFileName().toString(), running.getFileName().toString()), cached());
        assertEquals("archive\n", Files.readString(archive));
    }
}
