package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowStartsTest {

    @TempDir
    Path folder;

    private ProcessSpec spec;

    @BeforeEach
    void read() throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"),
                "{processes: [{id: 'web', cmd: 'x', startTimeout: 7.5}]}");
        spec = MusherFile.read(file, Optional.empty()).processes().get(0);
    }

    private String text(OptionalInt port, String explanation, String last) {
        return text(5, port, explanation, last);
    }

    private String text(int seconds, OptionalInt port, String explanation, String last) {
        return SlowStarts.text(spec, port, "worker 1 (web-1) gets no traffic: ONLINE, " + explanation, seconds, last);
    }

    @Test
    void shouldNameThePortAndWhereTheProgramListensInstead() {
        assertEquals("does not listen on port 4711, its PORT, after 5 s; waiting up to 7.5 s (startTimeout);"
                + " process 9 listens on [::]:3000; it is to listen on $PORT; its last output: \"on 3000\"",
                text(OptionalInt.of(4711), "it runs; nothing accepts on 127.0.0.1:4711; process 9 listens on [::]:3000;"
                        + " it is to listen on $PORT", "on 3000"));
    }

    @Test
    void shouldSayWhatAProgramNeedsNotThatListensNowhereForLong() {
        String explanation = "it runs; nothing accepts on 127.0.0.1:4711; the worker listens on no port so far";
        String advice = "; a program that needs no port goes without commonPort, startPort or --port";

        String soon = text(5, OptionalInt.of(4711), explanation, "");
        assertTrue(soon.endsWith("; the worker listens on no port so far"), soon);
        String later = text(20, OptionalInt.of(4711), explanation, "");
        assertTrue(later.endsWith("; the worker listens on no port so far" + advice), later);
    }

    @Test
    void shouldSayWhatElseIsMissing() {
        assertEquals("is not ready after 5 s; waiting up to 7.5 s (startTimeout); it said hello",
                text(OptionalInt.empty(), "it said hello", ""));
        assertEquals("is not ready after 5 s; waiting up to 7.5 s (startTimeout); its port accepts, but has not passed"
                + " its health check yet",
                text(OptionalInt.of(1), "its port accepts, but has not passed its health"
                        + " check yet", ""));
    }
}
