package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CrashLoopsTest {

    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private final CrashLoops loops = new CrashLoops();

    private Optional<Integer> loop(Instant startedAt) {
        return loops.loop("web-1", Optional.ofNullable(startedAt), NOW).map(CrashLoops.Row::crashes);
    }

    @Test
    void shouldNotCallTheFailureOfAReplacementACrashWhileAnotherWorkerServesInItsPlace() {
        assertFalse(loops.servesBeside("web-1", 1), "the first start");
        loops.became("web-1", 1);
        assertFalse(loops.servesBeside("web-1", 1), "a crash");
        assertTrue(loops.servesBeside("web-1", 2), "a replacement");
        loops.became("web-1", 2);
        assertTrue(loops.servesBeside("web-1", 2), "in its overlap");
        assertFalse(loops.servesBeside("web-2", 3));
    }

    @Test
    void shouldCallThreeFailuresInARowALoopUntilAWorkerHasLivedForAMinute() {
        for (int crashes = 1; crashes <= 4; crashes++) {
            loops.note("web-1", SHORT, NOW, "exit code " + crashes, "");
            assertEquals(crashes < 3 ? Optional.empty() : Optional.of(crashes), loop(NOW));
        }
        assertEquals(Optional.of(4), loop(null), "between two workers");
        assertEquals("exit code 4", loops.loop("web-1", Optional.empty(), NOW).orElseThrow().reason());
        assertEquals(Optional.of(4), loop(NOW.minusSeconds(59)));
        assertTrue(loop(NOW.minusSeconds(60)).isEmpty());
        assertTrue(loops.loop("web-2", Optional.empty(), NOW).isEmpty());

        loops.note("web-1", LONG, NOW, "", "");
        loops.note("web-1", SHORT, NOW, "", "");
        assertTrue(loop(null).isEmpty(), "two since a good life");
    }
}
