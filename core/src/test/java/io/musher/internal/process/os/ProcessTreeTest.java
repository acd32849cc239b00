package io.musher.internal.process.os;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.Python;
import io.musher.internal.process.SpawnerFixture;
import io.musher.internal.process.WorkerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real trees of processes: children, grandchildren, daemons in sessions of their own, some of which ignore SIGTERM. */
@EnabledOnOs(OS.LINUX)
class ProcessTreeTest {

    private static final String PYTHON_CHILD = "import os, signal, subprocess, sys, time\n"
            + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            + "subprocess.Popen(['sleep', '1000'])\n"
            + "subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
            + "print('python is there', flush=True)\n"
            + "time.sleep(1000)\n";

    private final SpawnerFixture fixture = new SpawnerFixture(Output.discard());

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldHaveASessionOfItsOwn() throws Exception {
        WorkerProcess worker = fixture.sh("echo up; sleep 1000 & wait");
        SpawnerFixture.printed(worker, "up");
        ProcessTable.Entry leader = ProcessTable.entry(worker.pid()).orElseThrow();
        ProcessTable.Entry own = ProcessTable.entry(ProcessHandle.current().pid()).orElseThrow();
        assertEquals(worker.pid(), leader.session());
        assertEquals(worker.pid(), leader.group());
        assertNotEquals(own.group(), leader.group());
        worker.kill();
        SpawnerFixture.end(worker);
    }

    @Test
    void shouldKillChildrenGrandchildrenAndDaemons() throws Exception {
        WorkerProcess worker = fixture.sh("trap '' TERM; (trap '' TERM; sleep 1000 & sleep 1000 & wait) & "
                + "setsid sh -c 'echo daemon is there; sleep 1000 & sleep 1000' & wait");
        SpawnerFixture.printed(worker, "daemon is there");
        await("the whole tree").until(() -> fixture.processes().size() >= 7);
        worker.kill();
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(worker).signal());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldKillWhatPythonHasStarted() throws Exception {
        WorkerProcess worker = python();
        SpawnerFixture.printed(worker, "python is there");
        assertEquals(3, fixture.processes().size());
        worker.kill();
        SpawnerFixture.end(worker);
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldKillWhatACrashLeavesBehind() throws Exception {
        WorkerProcess worker = fixture.sh("sleep 1000 & setsid sleep 1000 & echo up; read -r x < /dev/null; exit 3");
        assertEquals(OptionalInt.of(3), SpawnerFixture.end(worker).code());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldLetChildrenFinishThatWereAskedToStop() throws Exception {
        // The shell dies of SIGTERM at once, the child behind it takes its time.
        WorkerProcess worker = fixture.sh(
                "sh -c 'finish() { for i in 1 2 3 4 5 6 7 8 9; do echo asked $i; sleep 0.02; done;"
                        + " echo finished; exit; }; "
                        + "trap finish TERM; echo up; while :; do sleep 0.01; done' & wait");
        SpawnerFixture.printed(worker, "up");
        worker.terminate();
        assertEquals(Optional.of("SIGTERM"), SpawnerFixture.end(worker).signal());
        assertTrue(worker.lastOutput().endsWith("asked 8\nasked 9\nfinished\n"), worker.lastOutput());
    }

    @Test
    void shouldKillChildrenThatDoNotStopWhenToldSo() throws Exception {
        WorkerProcess worker = fixture
                .sh("sh -c 'trap \"echo no\" TERM; echo up; while :; do sleep 0.01; done' & wait");
        SpawnerFixture.printed(worker, "up");
        worker.terminate();
        SpawnerFixture.printed(worker, "no");
        await("the shell's end").until(() -> !worker.isAlive());
        assertFalse(worker.onExit().isDone(), "a child lives");
        assertFalse(fixture.processes().isEmpty());
        worker.kill();
        assertEquals(Optional.of("SIGTERM"), SpawnerFixture.end(worker).signal());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldKillOneThatForksAsFastAsItCan() throws Exception {
        WorkerProcess worker = fixture.sh("echo up; while :; do (sleep 1000 &) ; done");
        SpawnerFixture.printed(worker, "up");
        await("some").until(() -> fixture.processes().size() > 20);
        worker.kill();
        SpawnerFixture.end(worker);
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldKillOneThatIsStopped() throws Exception {
        WorkerProcess worker = fixture.sh("echo up; kill -s STOP $$");
        SpawnerFixture.printed(worker, "up");
        await("stopped").until(() -> ProcessTable.entry(worker.pid()).orElseThrow().state() == 'T');
        worker.kill();
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(worker).signal());
    }

    @Test
    void shouldNotTouchOthers() throws Exception {
        WorkerProcess other = fixture.sh("echo up; sleep 1000 & wait");
        WorkerProcess worker = fixture.sh("sleep 1000 & echo up; wait");
        SpawnerFixture.printed(other, "up");
        SpawnerFixture.printed(worker, "up");
        await("both").atMost(Duration.ofSeconds(10)).until(() -> fixture.processes().size() == 4);
        worker.kill();
        SpawnerFixture.end(worker);
        assertTrue(other.isAlive());
        assertEquals(2, fixture.processes().size());
        other.kill();
        SpawnerFixture.end(other);
    }

    private WorkerProcess python() throws Exception {
        assumeTrue(Python.isThere(), "python3");
        return fixture.start(Launch.command("python3", "-c", PYTHON_CHILD));
    }

    @Test
    void shouldTellThatTheProcessHasExitedBeforeItsChildrenHave() throws Exception {
        Path finish = folder.resolve("finish");
        WorkerProcess worker = fixture
                .sh("sh -c 'trap : TERM; echo up; while [ ! -e " + finish + " ]; do sleep 0.01; done' & wait");
        SpawnerFixture.printed(worker, "up");
        worker.terminate();
        worker.onProcessExit().get(20, TimeUnit.SECONDS);
        assertFalse(worker.onExit().isDone(), "a child finishes");
        Files.createFile(finish);
        SpawnerFixture.end(worker);
    }
}
