package io.musher.internal.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.launch.JvmShare;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.ProcessTable;
import io.musher.internal.process.os.Termination;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A spawner whose workers, with all they start, are known by a channel address that nobody else has; none may be left.
 */
public final class SpawnerFixture implements AutoCloseable {

    private static final AtomicInteger NUMBERS = new AtomicInteger(
            (int) (ProcessHandle.current().pid() % 20_000) + 20_000);

    public final Spawner spawner;
    final InetSocketAddress channel;
    private int workers;

    public SpawnerFixture(Output output) {
        this(output, 50);
    }

    public SpawnerFixture(Output output, int graceTenths) {
        this(output, graceTenths, Spawner::daemon);
    }

    SpawnerFixture(Output output, int graceTenths, ThreadFactory waiters) {
        this.spawner = new Spawner("test", output, graceTenths, waiters);
        this.channel = new InetSocketAddress(InetAddress.getLoopbackAddress(), NUMBERS.getAndIncrement());
    }

    public WorkerProcess start(Launch launch) throws Exception {
        return start(launch, Optional.empty(), Map.of());
    }

    public WorkerProcess start(Launch launch, Optional<PortLease> port, Map<String, String> env) throws Exception {
        return spawner.spawn(request(launch, port, env)).get(10, TimeUnit.SECONDS);
    }

    public SpawnRequest request(Launch launch, Optional<PortLease> port, Map<String, String> env) {
        int id = ++workers;
        Map<String, String> variables = new HashMap<>(launch.options().env());
        variables.putAll(env);
        return new SpawnRequest(LaunchPlan.of(launch), id - 1, id, "test-" + id, port, channel, "secret", 1 << 20,
                variables,
                JvmShare.none());
    }

    public WorkerProcess sh(String script, String... args) throws Exception {
        List<String> words = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        words.addAll(List.of(args));
        return start(Launch.command(words));
    }

    public static Termination end(WorkerProcess worker) throws Exception {
        return worker.onExit().get(20, TimeUnit.SECONDS);
    }

    /** Waits for a line that the worker prints when it is where the test wants it. */
    public static void printed(WorkerProcess worker, String text) {
        await("'" + text + "' from " + worker).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(2))
                .until(() -> worker.lastOutput().contains(text));
    }

    /** {@return the ids of all living processes that this spawner's workers are or have started} */
    public List<Long> processes() {
        return processes("MUSHER_IPC=127.0.0.1:" + channel.getPort());
    }

    public static List<Long> processes(String variable) {
        return ProcessTable.pids().stream().filter(pid -> ProcessTable.hasVariable(pid, variable))
                .filter(pid -> ProcessTable.entry(pid).filter(entry -> entry.state() != 'Z').isPresent()).toList();
    }

    public static boolean isAlive(long pid) {
        return ProcessTable.entry(pid).filter(entry -> entry.state() != 'Z').isPresent();
    }

    public static List<String> words(long pid) throws Exception {
        return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"));
    }

    @Override
    public void close() {
        spawner.close();
        assertEquals(List.of(), processes(), "processes left behind");
        assertEquals(List.of(), ProcessHandle.current().children()
                .filter(child -> child.info().commandLine().orElse("").contains("musher-orphan-reaper")).toList(),
                "orphan reapers left behind");
    }
}
