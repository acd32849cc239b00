package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files with the keys and shapes of the examples that come with Pup (3746fae) and PM2 (31adee8). */
class ExampleFilesTest {

    private static FileSpec read(String name) throws FileProblems {
        try {
            return MusherFile.read(Path.of(Objects.requireNonNull(
                    ExampleFilesTest.class.getResource("/examples/" + name), name).toURI()), Optional.empty());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ProcessSpec process(String name, String id) throws FileProblems {
        return read(name).processes().stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"basic.jsonc, kept-alive-server every-twenty-seconds, 3",
            "basic-webinterface.jsonc, kept-alive-server every-twenty-seconds, 3", "cluster.json, shop count, 1",
            "docker.jsonc, often, 1", "max-restarts.jsonc, three-times, 0", "minimal.jsonc, always-there, 0",
            "plugins.jsonc, count, 1", "telemetry.json, first second, 0", "watcher.jsonc, edited, 0",
            "manual-balanced.json, scaled, 0", "manual-ports-only.json, scaled, 0"})
    void shouldReadTheExamplesOfPup(String name, String ids, int ignored) throws Exception {
        FileSpec file = read("pup/" + name);

        assertEquals(List.of(ids.split(" ")), file.processes().stream().map(ProcessSpec::id).toList());
        assertEquals(ignored, file.ignored().size(), file.ignored()::toString);
    }

    @Test
    void shouldUnderstandWhatTheExamplesOfPupSay() throws Exception {
        ProcessSpec server = process("pup/basic.jsonc", "kept-alive-server");
        assertEquals(Map.of("TZ", "Europe/Lisbon"), server.env());
        assertTrue(server.pidFile().orElseThrow().endsWith("kept-alive-server.pid"));
        assertEquals(Optional.of(Duration.ofSeconds(10)), server.restart().delay());
        assertTrue(process("pup/basic.jsonc", "every-twenty-seconds").schedule().isPresent());

        ProcessSpec cluster = process("pup/cluster.json", "shop");
        assertEquals(3, cluster.instances());
        assertEquals(OptionalInt.of(3_456), cluster.port().common());
        assertEquals(OptionalInt.of(4_000), cluster.port().start());
        assertEquals(OptionalInt.empty(), process("pup/manual-ports-only.json", "scaled").port().common());
        assertEquals(1, process("pup/watcher.jsonc", "edited").watch().size());
    }

    @Test
    void shouldRefuseAWorkerOfTheRuntimeAndSayWhatToWriteInstead() {
        String message = assertThrows(FileProblems.class, () -> read("pup/worker.jsonc")).getMessage();

        assertTrue(message.contains("worker") && message.contains("cmd"), message);
    }

    @Test
    void shouldReadTheExamplesOfPm2() throws Exception {
        assertEquals(List.of("ORDERS", "SHOP"),
                read("pm2/ecosystem.json").processes().stream().map(ProcessSpec::id).toList());
        assertEquals("shop", read("pm2/treekill.json").processes().get(0).id());
        ProcessSpec shared = process("pm2/cluster-http.json", "shared");
        assertEquals(Runtime.getRuntime().availableProcessors(), shared.instances());
        assertEquals(OptionalInt.of(8_002), shared.port().common());
        assertEquals(Map.of("PORT", "8001"), process("pm2/cluster-http.json", "alone").env());
    }

    @Test
    void shouldAskForThePortOfAClusteredApplicationThatWaitsForReady() {
        String message = assertThrows(FileProblems.class, () -> read("pm2/wait-ready.json")).getMessage();

        assertTrue(message.contains("port"), message);
    }
}
