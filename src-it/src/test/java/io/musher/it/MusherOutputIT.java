package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A worker that prints more than there is memory and disk for: 128 MiB, and 1 GiB among the proofs. */
@EnabledOnOs(OS.LINUX)
class MusherOutputIT extends MusherTestBase {

    private static final long MIB = 1 << 20;
    private static final int LINE = 128;
    private static final long MAX_SIZE = 4 * MIB;
    private static final int KEEP = 2;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void shouldKeepFilesAndMemoryBoundedWhateverAWorkerPrints() throws Exception {
        long bytes = Proofs.many(1_024, 128) * MIB;
        String line = "x".repeat(LINE - 1);
        start("{id: 'web', cmd: 'while ! [ -e go ]; do sleep 0.1; done; yes " + line + " | head -c " + bytes
                + "; echo done; touch printed; sleep 600', logger: {stdout: 'log/web.log', maxSize: '4M', keep: " + KEEP
                + "}}");
        LinuxProcess primary = new LinuxProcess(musher.pid());
        // what the first megabytes bring in, such as compiled code, is there before the measurement
        warmUp();
        long before = primary.residentMegabytes();
        long most = before;
        Files.createFile(folder.resolve("go"));
        while (!Files.exists(folder.resolve("printed"))) {
            long size = size();
            assertTrue(size <= (KEEP + 1) * MAX_SIZE, () -> size + " bytes in files");
            most = Math.max(most, primary.residentMegabytes());
            Thread.sleep(50);
        }
        Path log = folder.resolve("log/web.log");
        await().atMost(Duration.ofSeconds(60)).until(() -> tail(log).endsWith("done\n"));

        long after = primary.residentMegabytes();
        long dropped = (Long) process(0).get("droppedOutputBytes");
        System.out.println("PROOF " + bytes / MIB + " MiB of output: files " + size() / MIB + " MiB, the primary had "
                + before + " MiB, then " + after + ", at most " + most + "; " + dropped + " bytes dropped");
        assertTrue(most < before + 48, before + " MiB before, " + most + " MiB at most");
        assertTrue(size() <= (KEEP + 1) * MAX_SIZE);
        assertEquals(0, dropped, "the disk is fast enough");
    }

    private void warmUp() throws Exception {
        for (int i = 0; i < 20; i++) {
            musher.status();
        }
    }

    private long size() throws Exception {
        List<Path> files = new ArrayList<>();
        if (Files.exists(folder.resolve("log"))) {
            try (Stream<Path> all = Files.list(folder.resolve("log"))) {
                all.forEach(files::add);
            }
        }
        long size = 0;
        for (Path file : files) {
            try {
                size += Files.size(file);
            } catch (java.nio.file.NoSuchFileException e) {
                // just renamed; it counts by its next name
            }
        }
        return size;
    }

    private static String tail(Path file) throws Exception {
        if (!Files.exists(file)) {
            return "";
        }
        String text = Files.readString(file);
        return text.substring(Math.max(0, text.length() - LINE));
    }
}
