package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ops.internal.file.LoggerSpec;
import io.musher.ops.internal.file.MusherFile;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrimaryLogTest {

    private static final int LINES = 200;

    @TempDir
    Path folder;

    private LoggerSpec limits(int keep) throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"),
                "{logger: {maxSize: '2K', keep: " + keep + "}, processes: [{id: 'web', cmd: 'x'}]}");
        return MusherFile.read(file, Optional.empty()).logger();
    }

    /** Writes numbered lines as a process does that holds the descriptor, and rotates after each. */
    private List<String> write(int keep) throws Exception {
        Path file = folder.resolve("primary.log");
        LoggerSpec limits = limits(keep);
        List<String> sizes = new ArrayList<>();
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true);
                PrimaryLog log = new PrimaryLog(file, () -> limits)) {
            for (int i = 0; i < LINES; i++) {
                out.write(("line " + i + " " + "x".repeat(90) + "\n").getBytes(StandardCharsets.UTF_8));
                log.rotateIfFull();
                assertTrue(Files.size(file) < 2_048, "full");
            }
        }
        for (int i = keep; i >= 0; i--) {
            sizes.addAll(Files.readAllLines(folder.resolve("primary.log" + (i == 0 ? "" : "." + i))));
        }
        return sizes;
    }

    @Test
    void shouldKeepTheNewestLinesWithoutLosingOneBetweenTheFiles() throws Exception {
        List<String> lines = write(3);

        assertFalse(Files.exists(folder.resolve("primary.log.4")));
        int first = LINES - lines.size();
        assertTrue(first > 0 && lines.size() > 60, () -> lines.size() + " lines");
        for (int i = first; i < LINES; i++) {
            assertEquals("line " + i, lines.get(i - first).replaceFirst(" x+$", ""));
        }
    }

    @Test
    void shouldKeepNoCopyWhereNoneIsWanted() throws Exception {
        assertTrue(write(0).size() < 20);
        assertFalse(Files.exists(folder.resolve("primary.log.1")));
    }
}
