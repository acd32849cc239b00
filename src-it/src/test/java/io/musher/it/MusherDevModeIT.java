package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code watch} and {@code --once} do for one who develops a program. */
class MusherDevModeIT extends MusherTestBase {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String GOOD = "echo up; exec sleep 600";
    private static final String BROKEN = "echo \"Main.java:3: error: ';' expected\" >&2; exit 1";

    private Path program;

    private Child runWatched(String content, String more) throws Exception {
        program = Files.writeString(folder.resolve("app.sh"), content);
        musher.file("{id: 'web', cmd: ['sh', 'app.sh'], watch: ['app.sh']" + more + "}");
        return musher.begin("", "run");
    }

    @Test
    void shouldReloadOnceWhenACompilerHasWrittenManyClassesOverSomeSeconds() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("target/classes"));
        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', watcher: {interval: 1000}, processes: [{id:"
                + " 'web', cmd: 'exec sleep 600', watch: ['target/classes']}]}");
        Child primary = musher.begin("", "run");
        primary.awaitLine("web: 1 worker ready", PATIENCE);

        for (int i = 0; i < 60; i++) {
            Files.writeString(classes.resolve("Class" + i + ".class"), "x");
            Thread.sleep(50); // the pace of the compiler, which takes longer than the interval
        }
        primary.awaitLine("the rollout is complete", PATIENCE);
        Files.writeString(classes.resolve("Last.class"), "x");
        primary.awaitLine("reload: .*Last.class has changed", PATIENCE);

        assertEquals(2, primary.report().lines().filter(line -> line.contains(" has changed")).count(),
                primary::report);
    }

    @Test
    void shouldKeepTheOldWorkersAndSayWhyWhenTheChangedProgramDoesNotStart() throws Exception {
        Child primary = runWatched(GOOD, ", cluster: {instances: 2}");
        primary.awaitLine("web: 2 workers ready", PATIENCE);
        List<Object> good = pids();

        Files.writeString(program, BROKEN);
        primary.awaitLine("web-1 \\| Main.java:3: error", PATIENCE);
        primary.awaitLine("the rollout has failed, 2 workers", PATIENCE);
        assertTrue(primary.report().contains("  | Main.java:3: error: ';' expected"), primary::report);
        await().atMost(PATIENCE)
                .until(() -> process(0).get("why").toString().matches("(?s)reload failed [^:]*: worker 3.*"));
        assertTrue(process(0).get("why").toString().endsWith("\"Main.java:3: error: ';' expected\""),
                process(0)::toString);
        assertEquals(good, pids());
        MusherProgram.Result described = musher.run("describe", "web");
        assertTrue(described.out().contains("    | Main.java:3: error: ';' expected"), described::out);

        Files.writeString(program, GOOD);
        primary.awaitLine("the rollout is complete", PATIENCE);
        await().atMost(PATIENCE).until(() -> process(0).get("why").equals(""));
        assertEquals(null, process(0).get("failedReload"));
    }

    @Test
    void shouldStartAgainAfterAChangeWhenAllWasGivenUpOrHasEnded() throws Exception {
        Child primary = runWatched(BROKEN, ", restartLimit: 1, restartDelayMs: 10");
        primary.awaitLine("web: is started again after a change in .*app.sh", PATIENCE);

        Files.writeString(program, GOOD);

        primary.awaitLine("worker 3 .*ready", PATIENCE);
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(PATIENCE), primary::report);

        Child ending = runWatched("echo done", ", restart: 'never'");
        ending.awaitLine("web-1 \\| done", PATIENCE);
        await().atMost(PATIENCE).until(() -> process(0).get("state").equals("ended"));
        Files.writeString(program, GOOD);
        ending.awaitLine("worker 2 .*ready", PATIENCE);
    }

    @Test
    void shouldReplaceAWorkerThatHangsWhileItStartsWhenItsProgramChangesAgain() throws Exception {
        Child primary = runWatched(GOOD, ", cluster: {commonPort: " + FreePorts.free() + "}, startTimeout: 600");
        primary.awaitLine("web-1 \\| up", PATIENCE); // it has read the file

        Files.writeString(program, "echo hangs; exec sleep 600");
        primary.awaitLine("web-1 \\| hangs", PATIENCE);
        String[] server = NonJavaServers.python();
        Files.writeString(folder.resolve("server.py"), server[2]);
        Files.writeString(program, "exec " + server[0] + " server.py");

        primary.awaitLine("worker 3 .*ready", PATIENCE);
    }

    @Test
    void shouldRunAProgramOnceAndEndWithItsExitCode() throws Exception {
        MusherProgram.Result failed = musher.run("run", "--once", "--", "sh", "-c", "echo runs; exit 7");
        assertExit(7, failed);
        assertEquals("sh-1 | runs", failed.out().strip());
        assertExit(0, musher.run("run", "--once", "-n", "2", "--", "sh", "-c", "echo runs; exit 0"));
        assertExit(137, musher.run("run", "--once", "--", "sh", "-c", "kill -9 $$"));
        MusherProgram.Result missing = musher.run("run", "--once", "--", "nosuchprogram");
        assertExit(1, missing);
        assertTrue(missing.err().contains("there is no such program"), missing::err);
    }

    @Test
    void shouldRunOnceWhatTheFileStartsWithoutWatchingRestartsOrJobs() throws Exception {
        musher.file("{id: 'web', cmd: 'echo web >web.runs; touch web.runs; sleep 1; exit 3', watch: ['.']},"
                + " {id: 'other', cmd: 'echo other'}, {id: 'off', cmd: 'echo off', autostart: false},"
                + " {id: 'job', cmd: 'echo job', cron: '* * * * * *'}");
        MusherProgram.Result result = musher.run("run", "--once");
        assertExit(3, result);
        assertEquals("other-1 | other", result.out().strip());

        musher.file("{id: 'job', cmd: 'echo job', cron: '* * * * * *'}");
        MusherProgram.Result nothing = musher.run("run", "--once");
        assertExit(2, nothing);
        assertTrue(nothing.err().contains("--once has nothing to run"), nothing::err);
        MusherProgram.Result misplaced = musher.run("start", "--once");
        assertExit(2, misplaced);
        assertTrue(misplaced.err().contains("--once goes with run, monit"), misplaced::err);
    }
}
