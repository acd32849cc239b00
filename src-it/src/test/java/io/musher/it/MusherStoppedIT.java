package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code musher.jar} does with workers and processes that were stopped, cannot be scaled, or have ended. */
class MusherStoppedIT extends MusherTestBase {

    @Test
    void shouldKeepAWorkerStoppedUntilItIsStartedByItsNameOrWithItsProcess() throws Exception {
        start("{id: 'web', cmd: ['sleep', '600'], cluster: {instances: 3}}");

        assertExit(0, musher.run("stop", "web-2"));
        assertExit(0, musher.run("stop", "web-3"));

        MusherProgram.Result status = musher.run("status");
        assertExit(0, status);
        assertTrue(status.out().matches("(?s).* 1/3 .*web-2 stopped .*musher start web-2 .*"), status::out);
        List<Object> before = pids();
        assertExit(0, musher.run("start", "web-3"));
        assertEquals(List.of("ready", "stopped", "ready"),
                Answers.workers(process(0)).stream().map(worker -> worker.get("state")).toList());
        assertEquals(before.get(0), pids().get(0));
        assertExit(0, musher.run("reload", "web"));
        assertEquals("stopped", Answers.workers(process(0)).get(1).get("state"));
        assertExit(0, musher.run("restart", "web-2"));
        assertEquals(3L, process(0).get("ready"));
        assertExit(0, musher.run("start", "web-2"));

        assertExit(0, musher.run("stop", "web-1"));
        assertExit(0, musher.run("start", "web"));
        assertEquals(3L, process(0).get("ready"));
        assertExit(0, musher.run("scale", "web", "1"));
        MusherProgram.Result scaled = musher.run("start", "web-2");
        assertExit(1, scaled);
        assertTrue(scaled.err().contains("musher scale web N"), scaled::err);

        assertExit(0, musher.run("stop", "web-1"));
        assertEquals("stopped", process(0).get("state"));
        assertExit(0, musher.run("status"));
        assertExit(0, musher.run("start"));
        assertEquals("ready", process(0).get("state"));
    }

    @Test
    void shouldLeaveOutJobsWhereAllAreScaledAndSaySo() throws Exception {
        start(SLEEPER + ", {id: 'report', cmd: 'true', cron: '0 0 1 1 *'}");

        MusherProgram.Result scaled = musher.run("scale", "all", "1");

        assertExit(0, scaled);
        assertEquals("report: not scaled: a job runs in one process", scaled.err().strip());
        assertTrue(scaled.out().strip().endsWith("all: 1 worker is ready in each process"), scaled::out);
        assertEquals(1, pids().size());
    }

    @Test
    void shouldLeaveStoppedWhatIsStoppedAtAReloadAndSaySo() throws Exception {
        start(SLEEPER + ", {id: 'mail', cmd: ['sleep', '600']}");
        assertExit(0, musher.run("stop", "mail"));

        MusherProgram.Result named = musher.run("reload", "mail");
        assertExit(1, named);
        assertTrue(named.err().contains("mail does not run: musher start mail starts it, musher restart mail"),
                named::err);
        MusherProgram.Result whole = musher.run("reload");
        assertExit(0, whole);
        assertTrue(whole.err().contains("mail: does not run, and was not started: musher start mail"), whole::err);
        assertEquals("stopped", process(1).get("state"));
        assertExit(0, musher.run("restart", "mail"));
        assertEquals("ready", process(1).get("state"));
    }

    @Test
    void shouldEndWithTheStatusOfAProgramThatFailedAndIsNotRestarted() throws Exception {
        String failing = "{id: 'web', cmd: 'sleep 1; exit 3', restart: 'never'}";
        musher.file(failing);
        assertExit(3, musher.run("run"));

        musher.file(failing + ", {id: 'other', cmd: 'sleep 1', restart: 'never'}");
        MusherProgram.Result both = musher.run("run");
        assertExit(1, both);
        assertTrue(both.err().contains("musher: web failed: exit code 3"), both::err);
        musher.file("{id: 'web', cmd: 'sleep 1', restart: 'never'}");
        assertExit(0, musher.run("run"));
    }

    @Test
    void shouldEndWithTheStatusOfTheOldProgramAfterAReloadThatFailed() throws Exception {
        musher.file("{id: 'web', cmd: 'while [ ! -e end ]; do sleep 0.1; done', restart: 'never'}");
        Child primary = musher.begin("", "run");
        primary.awaitLine("web: 1 worker ready", Child.PATIENCE);
        musher.file("{id: 'web', cmd: 'exit 3', restart: 'never'}");
        assertExit(1, musher.run("reload"));
        assertExit(0, musher.run("status"));

        Files.createFile(folder.resolve("end"));

        assertEquals(0, primary.exitCode(Child.PATIENCE), primary::report);
    }
}
