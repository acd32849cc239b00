package io.musher.internal.process.launch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.JvmWorker;
import io.musher.internal.process.SpawnerFixture;
import io.musher.internal.process.TestJvm;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.PortOwnership;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real worker JVMs of this test's making. */
@EnabledOnOs(OS.LINUX)
class JvmWorkerTest {

    private final SpawnerFixture fixture = new SpawnerFixture(Output.discard());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldReadWhatItPrintsWhileItStops() throws Exception {
        WorkerProcess worker = start("hook");
        SpawnerFixture.printed(worker, "up");
        worker.terminate();
        assertEquals(Optional.of("SIGTERM"), SpawnerFixture.end(worker).signal());
        assertEquals("up\n" + IntStream.range(0, 10).mapToObj(i -> "hook " + i + "\n").collect(Collectors.joining()),
                worker.lastOutput());
    }

    @Test
    void shouldKillItWithItsChildren() throws Exception {
        WorkerProcess worker = start("child");
        SpawnerFixture.printed(worker, "up");
        await("shell and two sleeps").until(() -> fixture.processes().size() == 4);
        worker.kill();
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(worker).signal());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldKillOneThatLoops() throws Exception {
        WorkerProcess worker = start("loop");
        SpawnerFixture.printed(worker, "up");
        worker.kill();
        assertEquals(137, SpawnerFixture.end(worker).status());
    }

    @Test
    void shouldKillWhatItLeavesBehind() throws Exception {
        WorkerProcess worker = start("child", "exit");
        assertEquals(42, SpawnerFixture.end(worker).status());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void shouldListenOnItsPortWhileThatIsHeld() throws Exception {
        try (PortLease lease = PortLease.free()) {
            for (int i = 0; i < 2; i++) { // the same port for the replacement
                WorkerProcess worker = start(Optional.of(lease), "listen");
                SpawnerFixture.printed(worker, "up");
                assertTrue(lease.isHeld());
                assertEquals(PortOwnership.Kind.OWN, worker.listensOn(lease.port()).get(10, TimeUnit.SECONDS).kind());
                worker.kill();
                SpawnerFixture.end(worker);
            }
        }
    }

    @Test
    void shouldMarkAJvm() throws Exception {
        WorkerProcess worker = start("mark");
        SpawnerFixture.end(worker);
        assertEquals("jvm 1 1 null\n", worker.lastOutput());
    }

    private WorkerProcess start(String... args) throws Exception {
        return start(Optional.empty(), args);
    }

    private WorkerProcess start(Optional<PortLease> port, String... args) throws Exception {
        CurrentJvm own = new CurrentJvm(TestJvm.java(), InheritedFlags.of(List.of()), TestJvm.CLASS_PATH,
                List.of(JvmWorker.class.getName()),
                Optional.of(List.of()), true);
        SpawnRequest request = fixture.request(Launch.command("never"), port, Map.of());
        return fixture.spawner
                .spawn(new SpawnRequest(JvmPlan.of(Launch.self().args(args), own), request.instance(),
                        request.workerId(),
                        request.name(), port, request.channel(), request.token(), 1 << 20, Map.of(), JvmShare.none()))
                .get(10, TimeUnit.SECONDS);
    }
}
