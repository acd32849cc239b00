package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What {@code start} says when something is there already, and which primary other commands find. */
class MusherStartIT extends MusherTestBase {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void shouldRefuseASecondProgramOfTheSameName() throws Exception {
        assertExit(0, musher.run("start", "-n", "2", "--name", "shop", "--", "sleep", "600"));
        long first = musher.pid();

        MusherProgram.Result second = musher.run("start", "--name", "shop", "--", "sleep", "601");

        assertExit(1, second);
        assertTrue(second.err().contains("\"shop\" is running already: process " + first)
                && second.err().contains("musher start --name shop")
                && second.err().contains("stop --name shop") && !second.out().contains("ready"), second::toString);
        assertFalse(Files.readString(musher.home().resolve("primary.log")).contains("running already"));
        assertEquals(first, musher.pid());
        assertEquals("sleep 600", String.join(" ", ProcessHandle.of((Long) pids().get(0)).orElseThrow().info()
                .commandLine().orElseThrow().split(" ")).replaceFirst("^.*/", ""));
        MusherProgram.Result table = musher.run("status", "shop-2");
        assertTrue(table.out().contains("shop-2") && !table.out().contains("shop-1"), table::out);
        assertExit(0, musher.run("scale", "shop", "3"));
        assertTrue(musher.run("status").out().contains("(started with 2)"));
    }

    @Test
    void shouldFindTheOnlyPrimaryForStartOfAnIdAndNameThePrimariesThatRun() throws Exception {
        MusherProgram.Result none = musher.run("start", "shop");
        assertExit(3, none);
        assertTrue(none.err().contains("no primary runs"), none::err);
        assertExit(0, musher.run("start", "--name", "shop", "--", "sleep", "600"));
        assertExit(0, musher.run("stop", "shop"));

        MusherProgram.Result started = musher.run("start", "shop");

        assertExit(0, started);
        assertTrue(started.out().endsWith("shop: ready"), started::out);
        assertEquals("ready", process(0).get("state"));
        MusherProgram.Result unknown = musher.run("status", "--name", "nix");
        assertExit(3, unknown);
        assertTrue(unknown.err().contains("no primary runs as \"nix\"; there are shop"), unknown::err);

    }

    @Test
    void shouldFindAmongSeveralPrimariesTheOneThatHasTheProcess() throws Exception {
        assertExit(0, musher.run("start", "--name", "shop", "--", "sleep", "600"));
        assertExit(0, musher.run("start", "--name", "other", "--", "sleep", "600"));
        try {
            assertExit(0, musher.run("stop", "shop"));
            MusherProgram.Result started = musher.run("start", "shop");
            assertExit(0, started);
            assertTrue(started.out().endsWith("shop: ready"), started::out);
            assertExit(0, musher.run("restart", "shop-1"));
            MusherProgram.Result table = musher.run("status", "other-1");
            assertExit(0, table);
            assertTrue(table.out().contains("other") && !table.out().contains("shop"), table::out);

            assertRefused(2, "name one by --name: other, shop", "reload");
            assertRefused(2, "name one by --name: other, shop", "start", "all");
            assertRefused(4, "no running primary has nix; there are other, shop", "restart", "nix");
            assertRefused(4, "type musher start -- node nix.js", "start", "nix.js");
            assertRefused(2, "looked for musher.json, musher.jsonc, pup.json, pup.jsonc, ecosystem.json; name another"
                    + " one with -c FILE; to start what is stopped in a primary that runs, name it by --name: other,"
                    + " shop", "start");
            Files.writeString(folder.resolve("musher.json"), "{processes: [");
            assertRefused(3, "musher.json, which has errors: musher check lists them; there are other, shop",
                    "status");
        } finally {
            Files.deleteIfExists(folder.resolve("musher.json"));
            assertExit(0, musher.run("stop", "--name", "other"));
        }
        assertRefused(4, "type musher start -- node nix.js", "start", "nix.js");
    }

    private void assertRefused(int exitCode, String message, String... words) throws Exception {
        MusherProgram.Result refused = musher.run(words);
        assertExit(exitCode, refused);
        assertTrue(refused.err().contains(message), refused::err);
    }

    @Test
    void shouldTryAgainUntilThePortIsFreeAndPrintWhatThePrimaryLogged() throws Exception {
        String[] server = NonJavaServers.python();
        Files.writeString(folder.resolve("server.py"), server[2]);
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
            MusherProgram.Result start = musher.run("start", "-p", Integer.toString(port), "--name", "shop", "--",
                    server[0], "server.py");
            assertExit(1, start);
            assertTrue(start.err().contains("goes on trying") && start.err().contains("stop --name shop"), start::err);
            assertEquals("failed", process(0).get("state"));
        }

        await().atMost(PATIENCE).until(() -> process(0).get("state").equals("ready"));

        assertEquals("1", StrictHttpClient.fetch(port));
        MusherProgram.Result log = musher.run("logs", "--primary");
        assertExit(0, log);
        assertEquals(1, log.out().lines().filter(line -> line.contains("start failed")).count(), log::out);
        assertTrue(log.out().contains("what prevented the start is gone"), log::out);
        Child follows = musher.begin("", "logs", "--primary", "-f", "-n", "1");
        assertExit(0, musher.run("signal", "shop-1", "KILL"));
        follows.awaitLine(".*SIGKILL.*", PATIENCE);
        assertExit(0, musher.run("stop"));
        assertEquals(0, follows.exitCode(PATIENCE), follows::report);
        assertExit(0, musher.run("logs", "--primary", "--name", "shop"));
        assertExit(3, musher.run("logs", "--primary", "--name", "nix"));
    }

    @Test
    void shouldSayWhatAProgramIsWaitedForThatDoesNotListenOnItsPort() throws Exception {
        musher.file("{id: 'web', cmd: 'echo up; exec sleep 600', startTimeout: 8, cluster: {commonPort: "
                + FreePorts.free() + "}}");

        MusherProgram.Result start = musher.run("start");

        assertExit(1, start);
        assertTrue(start.out().matches("(?s).*web-1: does not listen on port [0-9]+, its PORT, after 5 s; waiting up to"
                + " 8 s \\(startTimeout\\); .*its last output: \"up\".*"), start::out);
        assertTrue(start.err().contains("not ready within startTimeout (8 s)"), start::err);
        assertTrue(musher.run("logs", "--primary").out().contains("web: web-1: does not listen on port"));
    }

    @Test
    void shouldRunOnceAndTakeForDoneWhatEndsWellAndIsNotRestarted() throws Exception {
        musher.file("{id: 'web', cmd: 'echo run >>runs', restart: 'never'}");

        MusherProgram.Result start = musher.run("start");

        assertExit(0, start);
        assertTrue(start.out().endsWith("\"shop\" has ended with exit status 0: nothing is left to run"), start::out);
        assertEquals(1, Files.readAllLines(folder.resolve("runs")).size());
        String log = Files.readString(musher.home().resolve("primary.log"));
        assertTrue(log.contains("worker 1 (web-1) exited: done (exit code 0)"), log);
    }

    @Test
    void shouldSayWhyAWorkerWasReplacedForItsMemory() throws Exception {
        start("{id: 'web', cmd: ['" + NonJavaServers.python()[0] + "', '-c', 'import time; time.sleep(600)'],"
                + " maxMemory: '2M', cluster: {instances: 2}}");

        await().atMost(PATIENCE)
                .until(() -> musher.run("status").out().contains("MiB of memory, above maxMemory of 2 MiB"));

        MusherProgram.Result described = musher.run("describe", "web");
        assertTrue(described.out().matches("(?s).* replaced +[0-9].*above maxMemory of 2 MiB.*"), described::out);
    }

    @Test
    void shouldSayThatItWasRunningAlreadyAndThatAWaitEndsBeforeTheCommand() throws Exception {
        start("{id: 'web', cmd: ['sh', '-c', 'while [ -e wait ]; do sleep 0.1; done; exec sleep 600']}");

        MusherProgram.Result again = musher.run("start");
        assertExit(0, again);
        assertEquals("\"shop\" was running already: all is ready", again.out());

        musher.file("{id: 'web', cmd: 'sleep 600', cluster: {commonPort: 3000}}");
        MusherProgram.Result refused = musher.run("reload");
        assertExit(1, refused);
        assertTrue(refused.err().contains("web: cluster.commonPort")
                && refused.err().contains("stops all workers of the process at once"), refused::err);

        musher.file("{id: 'web', cmd: ['sh', '-c', \"trap '' TERM; while :; do sleep 1; done\"]}");
        assertExit(0, musher.run("restart", "web"));
        MusherProgram.Result hurried = musher.run("stop", "web", "--timeout", "1");
        assertExit(1, hurried);
        assertTrue(hurried.err().contains("what was begun goes on") && !hurried.err().contains("failed"),
                hurried::err);
        await().atMost(PATIENCE).until(() -> process(0).get("state").equals("stopped"));
    }
}
