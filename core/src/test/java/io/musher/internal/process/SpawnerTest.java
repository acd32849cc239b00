package io.musher.internal.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(OS.WINDOWS)
class SpawnerTest {

    private final SpawnerFixture fixture = new SpawnerFixture(Output.discard());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldTellTheCode() throws Exception {
        Termination end = SpawnerFixture.end(fixture.sh("exit 42"));
        assertEquals(new Termination(OptionalInt.of(42), Optional.empty(), 42), end);
    }

    @ParameterizedTest
    @CsvSource({"KILL, 137", "TERM, 143", "SEGV, 139"})
    void shouldTellTheSignal(String signal, int status) throws Exception {
        Termination end = SpawnerFixture.end(fixture.sh("kill -s " + signal + " $$"));
        assertEquals(new Termination(OptionalInt.empty(), Optional.of("SIG" + signal), status), end);
    }

    @Test
    void shouldTellTheEndOfOneThatWasGoneAtOnceEveryTime() throws Exception {
        for (int i = 0; i < 50; i++) {
            WorkerProcess worker = fixture.sh("echo line $1; printf rest; exit $1", Integer.toString(i));
            assertEquals(OptionalInt.of(i), SpawnerFixture.end(worker).code());
            assertEquals("line " + i + "\nrest", worker.lastOutput());
        }
    }

    @Test
    void shouldNotExpandArguments() throws Exception {
        List<String> args = List.of("a b", "", "*", "$HOME", "'\"", "\\n", "ü", "%p", "`id`", "--", "-c");
        WorkerProcess worker = fixture
                .start(Launch.command("sh", "-c", "for i; do printf '<%s>' \"$i\"; done", "sh").args(args));
        SpawnerFixture.end(worker);
        assertEquals("<" + String.join("><", args) + ">", worker.lastOutput());
    }

    @Test
    void shouldFillPlaceholdersInArgumentsAndEnvironment() throws Exception {
        fixture.sh("exit 0");
        WorkerProcess worker = fixture.start(Launch.command("sh", "-c", "echo $1 $MINE $MORE", "%i").args("arg-%i-%w")
                .env("MINE", "env-%w"), Optional.empty(), Map.of("MORE", "fork-%i"));
        SpawnerFixture.end(worker);
        assertEquals("arg-1-2 env-2 fork-1\n", worker.lastOutput());
    }

    @Test
    void shouldReplaceTwoPercentSignsByOne() throws Exception {
        WorkerProcess worker = fixture.start(
                Launch.command("sh", "-c", "echo \"$1\" \"$MINE\"", "sh", "%%i-%i-%%%w-100%-%%p").env("MINE", "%%w"));
        SpawnerFixture.end(worker);
        assertEquals("%i-0-%1-100%-%p %w\n", worker.lastOutput());
    }

    @Test
    void shouldMarkTheEnvironment() throws Exception {
        try (PortLease port = PortLease.free()) {
            WorkerProcess worker = fixture.start(
                    Launch.command("env").env("MUSHER_INSTANCE", "7").env("NODE_APP_INSTANCE", "mine"),
                    Optional.of(port), Map.of());
            SpawnerFixture.end(worker);
            List<String> lines = worker.lastOutput().lines().toList();
            for (String variable : List.of("MUSHER_WORKER_ID=1", "MUSHER_INSTANCE=0", "MUSHER_NAME=test-1",
                    "MUSHER_KIND=command",
                    "MUSHER_TOKEN=secret", "MUSHER_IPC=127.0.0.1:" + fixture.channel.getPort(),
                    "MUSHER_PORT=" + port.port(),
                    "PORT=" + port.port(), "SERVER_PORT=" + port.port(), "PUP_CLUSTER_PORT=" + port.port(),
                    "PUP_CLUSTER_INSTANCE=0",
                    "NODE_APP_INSTANCE=mine")) {
                assertTrue(lines.contains(variable), variable + " in " + lines);
            }
        }
    }

    @Test
    void shouldLeaveOutAConventionalVariableThatIsGivenAsEmpty() throws Exception {
        WorkerProcess worker = fixture
                .start(Launch.command("env").env("PUP_CLUSTER_INSTANCE", "").env("OTHER_INSTANCE", ""));
        SpawnerFixture.end(worker);
        List<String> lines = worker.lastOutput().lines().toList();
        assertTrue(lines.contains("OTHER_INSTANCE=") && lines.contains("NODE_APP_INSTANCE=0"), lines::toString);
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("PUP_CLUSTER_INSTANCE=")), lines::toString);
    }

    @Test
    void shouldKeepTheTokenToItself() {
        SpawnRequest request = fixture.request(Launch.command("true").env("PASSWORD", "hidden"), Optional.empty(),
                Map.of("A", "hidden"));
        assertFalse(request.toString().contains("secret") || request.toString().contains("hidden"), request.toString());
    }

    @Test
    void shouldGiveNoInput() throws Exception {
        assertEquals(OptionalInt.of(7), SpawnerFixture.end(fixture.sh("read -r line || exit 7")).code());
    }

    @Test
    void shouldRunInItsFolder(@TempDir Path folder) throws Exception {
        Path script = Files.writeString(folder.resolve("here"), "#!/bin/sh\npwd -P\n");
        assertTrue(script.toFile().setExecutable(true));
        WorkerProcess worker = fixture.start(Launch.command("./here").directory(folder));
        SpawnerFixture.end(worker);
        assertEquals(folder.toRealPath() + "\n", worker.lastOutput());
    }

    @Test
    void shouldSayWhatIsMissing(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("no-program"), "text");
        String missing = failure(Launch.command("no-such-program-here").env("PATH", "/some/folder"));
        assertTrue(missing.contains("no-such-program-here") && !missing.contains("/some/folder"), missing);
        assertTrue(failure(Launch.command(file.toString())).contains("not executable"));
        assertTrue(failure(Launch.command("true").directory(Path.of("/no/such/folder"))).contains("/no/such/folder"));
    }

    @Test
    void shouldSendAnySignal() throws Exception {
        WorkerProcess worker = fixture.sh(
                "trap 'echo got usr2' USR2; trap 'echo got usr1; exit 3' USR1; echo set; while :; do sleep 0.01; done");
        SpawnerFixture.printed(worker, "set");
        worker.signal("SIGUSR2");
        SpawnerFixture.printed(worker, "got usr2");
        worker.signal("usr1");
        assertEquals(OptionalInt.of(3), SpawnerFixture.end(worker).code());
        assertThrows(IllegalArgumentException.class, () -> worker.signal("NOPE"));
        worker.signal("HUP"); // gone: nothing happens
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldTakeSignalsThatThePrimaryIgnores() throws Exception {
        assumeTrue(new ProcessBuilder("env", "--default-signal", "true").start().waitFor() == 0,
                "this env cannot reset signals");
        List<String> words = List.of("sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh", TestJvm.java(), "-cp",
                TestJvm.CLASS_PATH,
                HangupPrimary.class.getName());
        Process primary = new ProcessBuilder(words).redirectErrorStream(true).start();
        try {
            String output = new String(primary.getInputStream().readAllBytes());
            assertTrue(output.contains("ended SIGHUP"), output);
        } finally {
            primary.descendants().forEach(ProcessHandle::destroyForcibly);
            primary.destroyForcibly();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldBeEndedByTheKernelFirst() throws Exception {
        int own = Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
        WorkerProcess worker = fixture.sh("exec sleep 100");
        int score = Integer.parseInt(Files.readString(Path.of("/proc/" + worker.pid() + "/oom_score_adj")).strip());
        assertTrue(score > own, score + " > " + own);
        worker.kill();
        SpawnerFixture.end(worker);
    }

    @Test
    void shouldStartNothingAfterItsEnd() throws Exception {
        WorkerProcess worker = fixture.sh("exec sleep 100");
        fixture.spawner.close();
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(worker).signal());
        ExecutionException refused = assertThrows(ExecutionException.class, () -> fixture.spawner.spawn(
                fixture.request(Launch.command("true"), Optional.empty(), Map.of())).get(10, TimeUnit.SECONDS));
        assertInstanceOf(IllegalStateException.class, refused.getCause());
    }

    private String failure(Launch launch) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> fixture.start(launch));
        assertInstanceOf(IOException.class, failed.getCause());
        return failed.getCause().getMessage();
    }

    @Test
    void shouldKillTheWholeGroupOfACommandBySignalKillAlsoWhileItStops() throws Exception {
        WorkerProcess worker = fixture.sh("trap '' TERM; (sleep 1000; :) & echo up; wait; wait");
        SpawnerFixture.printed(worker, "up");
        worker.stopRequested();
        worker.signal("KILL");
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(worker).signal());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldForgetAWorkerWhoseThreadCouldNotBeStarted() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard(), 50, task -> {
            if (fails.getAndSet(false)) {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
            return Spawner.daemon(task);
        })) {
            ExecutionException failure = assertThrows(ExecutionException.class, () -> fixture.sh("sleep 1000"));
            assertInstanceOf(OutOfMemoryError.class, failure.getCause());
            assertEquals(0, fixture.spawner.alive());
            WorkerProcess next = fixture.sh("exit 3");
            assertEquals(OptionalInt.of(3), SpawnerFixture.end(next).code());
            await("no process of the failed start").until(() -> fixture.processes().isEmpty());
        }
    }
}
