package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What {@code musher reload}, and SIGHUP, do for clients and for the file. */
class MusherReloadIT extends MusherTestBase {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static String shop(int port, int round) {
        return "{id: 'web', cmd: ['" + Child.java() + "', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', '"
                + System.getProperty("java.class.path") + "', '" + LoadTestWorker.class.getName() + "'], env: {ROUND: "
                + round + "}, cluster: {instances: 2, commonPort: " + port + "}, reload: {overlap: 0}}";
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void shouldBringAChangedEnvironmentUnderLoadWithoutAFailedRequest() throws Exception {
        int port = FreePorts.free();
        int rounds = Proofs.many(20, 3);
        start(shop(port, 0));
        OpenLoopLoad shopping = new OpenLoopLoad(port);
        try (shopping) {
            shopping.awaitMore(200);
            for (int round = 1; round <= rounds; round++) {
                musher.file(shop(port, round));
                assertExit(0, musher.run("reload"));
                shopping.awaitMore(50);
            }
        }
        Proofs.tell(rounds + " reloads by musher.jar", shopping);
        shopping.assertNoneFailed();
        for (Object pid : pids()) {
            assertTrue(Files.readString(Path.of("/proc/" + pid + "/environ")).contains("\0ROUND=" + rounds + "\0"));
        }

        List<Object> serving = pids();
        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', processes: [");
        assertExit(2, musher.run("reload"));
        assertTrue(musher.send("{\"do\":\"reload\"}").contains("\"code\":422"));
        assertEquals(serving, pids());
    }

    @Test
    void shouldReloadAtSighupWhereThereIsNoTerminal() throws Exception {
        musher.file("{id: 'web', cmd: 'exec sleep 600'}");
        Child primary = musher.begin("set -- env --default-signal=HUP setsid \"$@\";", "run");
        primary.awaitLine("web: 1 worker ready", PATIENCE);
        musher.file("{id: 'web', cmd: 'exec sleep 600', cluster: {instances: 2}}");

        primary.signal("HUP");

        await().atMost(PATIENCE).until(() -> process(0).get("ready").equals(2L));
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(PATIENCE), primary::report);
    }

    @Test
    void shouldRefuseWhatARunningPrimaryCannotTakeOver() throws Exception {
        start("{id: 'web', cmd: 'exec sleep 600'}");
        List<Object> before = pids();
        Path file = folder.resolve("musher.json");
        Files.writeString(file,
                Files.readString(file).replace("name: 'shop'", "name: 'shop', control: {socket: 'x.sock'}"));

        for (String command : List.of("reload", "restart")) {
            MusherProgram.Result refused = musher.run(command, "--name", "shop");
            assertExit(1, refused);
            assertTrue(refused.err().contains("cannot change control") && refused.err().contains("musher stop"),
                    refused::err);
        }
        assertEquals(before, pids());
    }

    @Test
    void shouldApplyTheFileAtAReloadAndChangeNothingWhereItCannot() throws Exception {
        start("{id: 'web', cmd: ['sh', '-c', 'echo greets $GREETING; exec sleep 600'], env: {GREETING: 'one'}}");
        List<Object> old = pids();

        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', processes: [{id: 'web' cmd: 'x'}]}");
        MusherProgram.Result broken = musher.run("reload");
        assertExit(2, broken);
        assertTrue(broken.err().contains("1:"), broken::err);
        musher.file("{id: 'web', cmd: 'sleep 600', startTimeout: 7}");
        MusherProgram.Result refused = musher.run("reload");
        assertExit(1, refused);
        assertTrue(refused.err().contains("web: startTimeout") && refused.err().contains("musher restart web"),
                refused::err);
        assertEquals(old, pids());

        musher.file("{id: 'web', cmd: ['sh', '-c', 'echo greets $GREETING; exec sleep 600'], env: {GREETING: 'two'},"
                + " cluster: {instances: 2}}, {id: 'more', cmd: 'sleep 600'}");
        assertExit(0, musher.run("reload"));
        assertFalse(pids().contains(old.get(0)));
        assertEquals(2, pids().size());
        assertEquals("ready", process(1).get("state"));
        await().atMost(Duration.ofSeconds(20)).until(() -> musher.run("logs", "web").out()
                .contains("web-2 | greets two"));

        List<Object> good = pids();
        musher.file("{id: 'web', cmd: ['sh', '-c', 'echo cannot find db; exit 1'], cluster: {instances: 2}}");
        MusherProgram.Result failed = musher.run("reload");
        assertExit(1, failed);
        assertTrue(failed.err().contains("  | cannot find db") && failed.err().contains("reload failed"), failed::err);
        assertTrue(failed.err().contains("the config file still describes the one that failed"), failed::err);
        assertEquals(good, pids());
        MusherProgram.Result status = musher.run("status");
        assertExit(0, status);
        assertTrue(status.out().matches("(?s).*reload failed [0-9]+ (s|min) ago: .*cannot find db.*")
                && !status.out().contains("restarted"), status::out);
        assertEquals("ready", process(0).get("state"));
        assertTrue(musher.run("describe", "web").out().contains("failedReload"));
    }
}
