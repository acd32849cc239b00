package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Forty processes, eight clients with random commands, kills of workers and of the primary: half an hour among the
 * proofs; otherwise twenty processes for a minute. {@code -Dmusher.soak.seconds} and {@code .seed} set both.
 */
@EnabledOnOs(OS.LINUX)
class MusherSoakIT extends MusherTestBase {

    private static final int PROCESSES = Proofs.many(40, 20);
    private static final int CLIENTS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final long seed = Long.getLong("musher.soak.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final String mark = "IT_SOAK=" + UUID.randomUUID();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentSkipListMap<String, Integer> answers = new ConcurrentSkipListMap<>();
    /** Odd while the primary is dead. */
    private final AtomicLong primaries = new AtomicLong();
    private volatile boolean ended;
    private int port;
    private int workersKilled;

    @Test
    @Timeout(value = 40, unit = TimeUnit.MINUTES)
    void shouldKeepItsStatusTrueAndLeaveNothingBehindWhateverClientsDoAndWhateverIsKilled() throws Exception {
        String[] server = NonJavaServers.python();
        Files.writeString(folder.resolve("server.py"), server[2]);
        port = FreePorts.free();
        IdleProgram.pack(folder.resolve("idle.jar"));
        write(0);
        startPrimary();
        StatusAudit audit = new StatusAudit(musher, mark);
        List<Thread> threads = new ArrayList<>(List.of(new Thread(audit)));
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(
                    new Thread(new RandomCommands(musher, seed + i, PROCESSES, primaries::get, () -> ended, failures,
                            answers)));
        }
        threads.forEach(Thread::start);
        try {
            long seconds = Long.getLong("musher.soak.seconds", Proofs.many(1_800, 60));
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            for (int round = 1; System.nanoTime() < end && failures.isEmpty() && audit.failures().isEmpty(); round++) {
                Thread.sleep(300 + random.nextInt(1_200));
                disturb(round);
            }
        } finally {
            ended = true;
            for (Thread thread : threads.subList(1, threads.size())) {
                thread.join(PATIENCE.toMillis());
            }
            audit.end();
            threads.get(0).join(PATIENCE.toMillis());
        }
        failures.addAll(audit.failures());
        System.out.println("SOAK seed " + seed + ": " + audit.figures() + "; " + workersKilled + " workers and "
                + primaries.get() / 2 + " primaries killed; answers " + answers + "; descriptors "
                + new LinuxProcess(musher.pid()).descriptors() + ", threads " + threads());
        assertEquals(List.of(), List.copyOf(failures), () -> "seed " + seed + log());
        shouldBeWholeAfterwards();
    }

    private void disturb(int round) throws Exception {
        if (round % 20 == 0) {
            primaries.incrementAndGet();
            write(random.nextInt(9));
            long pid = musher.pid();
            Child.signal("KILL", pid);
            await().atMost(PATIENCE).until(() -> ProcessHandle.of(pid).isEmpty());
            startPrimary();
            primaries.incrementAndGet();
            await("seed " + seed + ": what a killed primary has left ends").atMost(PATIENCE).untilAsserted(
                    () -> assertEquals(List.of(), MarkedProcesses.read(mark).stream()
                            .filter(each -> !each.worker().isEmpty() && each.parent() == 1).toList()));
        } else if (round % 7 == 0) {
            write(random.nextInt(10));
        } else {
            List<MarkedProcesses.Entry> workers = MarkedProcesses.read(mark).stream()
                    .filter(each -> !each.worker().isEmpty()).toList();
            for (int i = random.nextInt(4); i > 0 && !workers.isEmpty(); i--) {
                Child.signal("KILL", workers.get(random.nextInt(workers.size())).pid());
                workersKilled++;
            }
        }
    }

    /** All that was not stopped becomes ready again; after a stop no process is left. */
    private void shouldBeWholeAfterwards() throws Exception {
        write(1);
        musher.send("{\"do\":\"restart\"}");
        await("seed " + seed + ": all is ready").atMost(PATIENCE).untilAsserted(() -> {
            for (Map<String, Object> process : Answers.processes(musher.status())) {
                boolean whole = "job".equals(process.get("kind")) || "stopped".equals(process.get("state"))
                        || process.get("id").equals(last()) || process.get("ready").equals(process.get("wanted"));
                assertTrue(whole, process::toString);
            }
        });
        assertExit(0, musher.run("stop"));
        await("seed " + seed + ": nothing is left").atMost(PATIENCE)
                .untilAsserted(() -> assertEquals(List.of(), MarkedProcesses.read(mark)));
    }

    /** The failing process makes start fail, but not the primary. */
    private void startPrimary() throws Exception {
        MusherProgram.Result start = musher.end(musher.begin("export " + mark + ";", "start"));
        assertTrue(start.exit() == 0 || start.err().contains("runs and goes on trying"),
                () -> "seed " + seed + ": " + start + log());
    }

    private long threads() throws IOException {
        try (var tasks = Files.list(Path.of("/proc/" + musher.pid() + "/task"))) {
            return tasks.count();
        }
    }

    private String log() {
        try {
            List<String> lines = Files.readAllLines(musher.home().resolve("primary.log"));
            return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 200), lines.size()));
        } catch (IOException e) {
            return "\nno log: " + e;
        }
    }

    /** The process that fails again and again. */
    private static String last() {
        return "p" + (PROCESSES - 1);
    }

    /** Writes the file with other values; a broken one for 9. */
    private void write(int version) throws IOException {
        StringBuilder processes = new StringBuilder();
        for (int i = 0; i < PROCESSES; i++) {
            processes.append("{id: 'p").append(i).append("', drain: 1, terminateTimeout: 2, restartDelayMs: 100, ")
                    .append("restartLimit: 100000, env: {VERSION: ").append(version % 3 + i % 2).append("}, ")
                    .append(program(i, 1 + (i + version % 2) % 4)).append("},\n");
        }
        Path next = folder.resolve("next.json");
        Files.writeString(next, "{name: 'shop', processes: [" + processes + (version == 9 ? "" : "]}"));
        Files.move(next, folder.resolve("musher.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    private String program(int number, int instances) {
        String cluster = ", cluster: {instances: " + instances + "}";
        return switch (PROCESSES - 1 - number) {
            case 8, 9 -> "cmd: ['sh', '-c', 'while true; do echo tick; sleep 1; done']" + cluster;
            case 7 -> "cmd: 'while true; do sleep 0.5; echo tock >&2; done'" + cluster;
            case 6 -> "cmd: ['sh', '-c', 'trap \"\" TERM; while true; do sleep 1; done']";
            case 4, 5 -> "jar: 'idle.jar', jvmArgs: ['-Xmx16m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],"
                    + " cluster: {instances: " + (1 + instances % 2) + "}";
            case 3 -> "cmd: ['python3', 'server.py'], cluster: {instances: 2, commonPort: " + port + "}";
            case 2 -> "cmd: 'sleep 1', cron: '*/3 * * * * *'";
            case 1 -> "cmd: ['sleep', '600'], autostart: false" + cluster;
            case 0 -> "cmd: 'sleep 1.5; exit 1'";
            default -> "cmd: ['sleep', '600']" + cluster;
        };
    }
}
