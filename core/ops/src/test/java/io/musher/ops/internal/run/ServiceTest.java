package io.musher.ops.internal.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterStats.SlotStats;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.WatcherSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service with real processes. */
class ServiceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final CronTimer timer = new CronTimer(Clock.systemDefaultZone());
    private final Context context = new Context(new EventLog(), new LogMemory(), timer, spec -> line -> {},
            new WatcherSpec(Duration.ofMillis(350), List.of(), List.of(), List.of()), path -> true, List.of(),
            () -> {});
    private Service service;

    @AfterEach
    void stop() {
        service.stop().join();
        timer.close();
    }

    /** Reads the entry of a service whose workers run until there is a file called end. */
    private ProcessSpec spec(String more) throws Exception {
        return entry("cmd: 'while ! [ -e " + folder.resolve("end") + " ]; do sleep 0.05; done', " + more);
    }

    private ProcessSpec entry(String entry) throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"), "{processes: [{id: 'web', " + entry + "}]}");
        return MusherFile.read(file, Optional.empty()).processes().get(0);
    }

    private void start(ProcessSpec spec) throws Exception {
        service = new Service(spec, context);
        service.start().get();
    }

    private void endWorkers() throws Exception {
        Files.createFile(folder.resolve("end"));
    }

    @Test
    void shouldBeOverWhenAllHaveEndedThatCouldBeStarted() throws Exception {
        Path work = Files.createDirectory(folder.resolve("work"));
        start(spec("restart: 'never', cwd: 'work'"));
        Files.delete(work);
        assertThrows(ExecutionException.class, () -> service.scale(3).get());
        assertFalse(service.isOver());

        endWorkers();

        await().atMost(PATIENCE).until(service::isOver);
        assertFalse(service.hasFailed());
    }

    @Test
    void shouldNotBeOverBeforeTheLastExitIsNoted() throws Exception {
        start(spec("restart: 'never', cluster: {instances: 4}"));
        assertFalse(service.isOver());

        endWorkers();

        await().atMost(PATIENCE).until(service::isOver);
        assertEquals(4, service.exits.count());
    }

    @Test
    void shouldNotCountAFailedReloadAsAFailureOfAProgramThatIsNotRestarted() throws Exception {
        start(spec("restart: 'never'"));

        FileReload.replace(service, entry("cmd: 'exit 3', restart: 'never'")).exceptionally(failure -> null).join();
        await().atMost(PATIENCE).until(() -> service.failedRollout().isPresent());

        assertFalse(service.hasFailed());
        endWorkers();
        await().atMost(PATIENCE).until(service::isOver);
        assertFalse(service.hasFailed());
        assertEquals(Optional.empty(), service.exits.firstFailure());
    }

    @Test
    void shouldCountTheFailureOfAWorkerAfterAFailedReload() throws Exception {
        start(spec("restart: 'never'"));
        FileReload.replace(service, entry("cmd: 'exit 3', restart: 'never'")).exceptionally(failure -> null).join();

        service.workers().get(0).kill();

        await().atMost(PATIENCE).until(service::isOver);
        assertTrue(service.hasFailed());
        assertEquals(137, service.exits.firstFailure().orElseThrow().status());
    }

    @Test
    void shouldForgetThatAPlaceWasStoppedWhenItHasAWorkerAgain() throws Exception {
        start(spec("restart: 'never', cluster: {instances: 2}"));
        Cluster cluster = service.cluster().orElseThrow();
        Worker second = service.workers().get(1);
        service.places.stop(second).get();
        assertEquals(List.of(second), List.copyOf(service.places.stopped(service.cluster())));

        service.places.start(cluster, 1, true).get();
        endWorkers();

        await().atMost(PATIENCE).until(service::isOver);
        assertEquals("ended", service.state(cluster, cluster.stats()));
    }

    /** One ends at once; the other one when it may. */
    @Test
    void shouldNotHaveStartedBeforeTheLastWorkerIsReadyOrHasEnded() throws Exception {
        service = new Service(entry("cmd: '[ $MUSHER_INSTANCE = 0 ] || while ! [ -e " + folder.resolve("end")
                + " ]; do sleep 0.05; done', restart: 'never', startTimeout: 600, readiness: 'explicit',"
                + " cluster: {instances: 2}"), context);
        CompletableFuture<Void> started = service.start();
        await().atMost(PATIENCE).until(() -> service.exits.count() == 1);
        assertFalse(started.isDone());

        endWorkers();

        started.get();
        assertEquals(2, service.exits.count());
        assertTrue(service.workers().isEmpty());
        await().atMost(PATIENCE).until(service::isOver);
        assertFalse(service.hasFailed());
    }

    @Test
    void shouldFailToStartWhenOneOfSeveralWorkersThatMayEndFails() throws Exception {
        service = new Service(entry("cmd: 'exit $MUSHER_INSTANCE', restart: 'never', cluster: {instances: 2}"),
                context);
        CompletableFuture<Void> started = service.start();

        ControlException failure = (ControlException) assertThrows(ExecutionException.class, started::get).getCause();

        assertTrue(failure.getMessage().contains("(web-2): exit code 1"), failure::getMessage);
    }

    @Test
    void shouldMoveThePidFileOfAWorkerThatRuns() throws Exception {
        start(spec("pidFile: 'old.pid'"));
        long pid = service.workers().get(0).pid().orElseThrow();
        Path former = folder.resolve("old.pid");
        Path present = folder.resolve("run/web-1.pid");
        await().atMost(PATIENCE).until(() -> Files.exists(former));

        service.apply(spec("pidFile: 'run/%n.pid'"));
        assertFalse(Files.exists(former));
        assertEquals(pid + "\n", Files.readString(present));

        Files.writeString(present, "1\n"); // by another program
        service.apply(spec(""));
        assertEquals("1\n", Files.readString(present));

        service.apply(spec("pidFile: 'run/%n.pid'"));
        service.stop().join();
        await().atMost(PATIENCE).until(() -> Files.notExists(present));
    }

    @Test
    void shouldNotLetSeveralWorkersShareAPidFile() throws Exception {
        start(spec("pidFile: 'web.pid'"));

        ControlException refused = assertThrows(ControlException.class, () -> service.scale(2));

        assertTrue(refused.getMessage().contains("put %n"), refused::getMessage);
        assertEquals(1, service.wanted());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "mkfifo web.pid    | web.pid     | web.pid is a pipe or a device, not a file: name another path",
            "mkdir web.pid     | web.pid     | web.pid is a folder, not a file: name another path",
            "touch run         | run/web.pid | run/web.pid cannot be made",
            "ln -s . run; mkdir web-2 | run/%n | run/web-2 is a folder"})
    @Timeout(60)
    void shouldNotStartWhereItsPidFileCannotBeWritten(String prepare, String pidFile, String reason) throws Exception {
        assertEquals(0, new ProcessBuilder("sh", "-c", prepare).directory(folder.toFile()).start().waitFor());
        service = new Service(spec("cluster: {instances: " + (pidFile.contains("%") ? 2 : 1) + "}, pidFile: '"
                + pidFile + "'"), context);

        ControlException refused = assertThrows(ControlException.class, service::start);

        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
        assertTrue(service.cluster().isEmpty());
    }

    @Test
    @Timeout(60)
    void shouldNotWaitForAPipeThatHasTakenThePlaceOfItsPidFile() throws Exception {
        start(spec("pidFile: 'web.pid'"));
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("web.pid")));
        Files.delete(folder.resolve("web.pid"));
        assertEquals(0, new ProcessBuilder("mkfifo", folder.resolve("web.pid").toString()).start().waitFor());

        service.workers().get(0).restart().get();

        await().atMost(PATIENCE).until(() -> service.exits.count() == 1);
        assertTrue(Files.exists(folder.resolve("web.pid")));
    }

    @Test
    void shouldCloseItsTriggersWhenOneOfThemCannotBeAdded() throws Exception {
        timer.close();
        service = new Service(spec("watch: ['.'], terminate: '0 0 1 1 *'"), context);

        assertThrows(ControlException.class, service::start);

        await().atMost(PATIENCE).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("web-watch")));
        assertFalse(service.problem().isEmpty());
    }

    /** Listens on a port that is in its code, so to say. */
    static final class Listener {
        public static void main(String[] args) throws Exception {
            try (ServerSocket socket = new ServerSocket(Integer.parseInt(args[0]), 50,
                    InetAddress.getLoopbackAddress())) {
                while (true) {
                    try (Socket client = socket.accept()) {
                        client.getOutputStream().write((ProcessHandle.current().pid() + "\n").getBytes(UTF_8));
                    }
                }
            }
        }
    }

    private static String listener(int port) throws Exception {
        Path classes = Path.of(Listener.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return "cmd: ['" + Path.of(System.getProperty("java.home"), "bin", "java") + "', '-cp', '" + classes + "', '"
                + Listener.class.getName() + "', '" + port + "']";
    }

    /** {@return the id of the process that listens; 0 if none does} */
    private static long answering(int port) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String answer = new String(client.getInputStream().readAllBytes(), UTF_8).strip();
            return answer.isEmpty() ? 0 : Long.parseLong(answer);
        } catch (IOException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void shouldStopTheWorkerFirstThatHasThePortItsSuccessorWants() throws Exception {
        int port = freePort();
        ProcessSpec spec = entry(listener(port));
        start(spec);
        await().atMost(PATIENCE).until(() -> answering(port) != 0);
        long first = answering(port);

        FileReload.replace(service, spec).get();

        await().atMost(PATIENCE).until(() -> answering(port) != 0 && answering(port) != first);
        assertEquals(Optional.empty(), service.failedRollout());
        long second = answering(port);
        service.changed("app.js");
        await().atMost(PATIENCE).until(() -> answering(port) != 0 && answering(port) != second);
        assertEquals(1, service.wanted());
        assertFalse(service.isHeld());
    }

    @Test
    void shouldSayThatTheReplacementOfAWorkerMayNeedItsPort() throws Exception {
        start(entry("cmd: 'test -e bad && exit 3; while true; do sleep 0.05; done'"));
        Files.createFile(folder.resolve("bad"));
        Target worker = Target.find(List.of("web-1"), List.of(service)).get(0);

        Exception e = assertThrows(ExecutionException.class, () -> worker.restartWorker().get());

        assertTrue(e.getMessage().endsWith("type musher restart web"), e::getMessage);
    }

    @Test
    void shouldKeepTheWorkersOfAReloadThatFailsOtherwise() throws Exception {
        start(spec("restart: 'never'"));
        Worker worker = service.workers().get(0);

        assertThrows(ExecutionException.class, () -> FileReload.replace(service, entry("cmd: 'exit 3'")).get());

        assertEquals(List.of(worker), service.workers());
    }

    @Test
    void shouldSayHowWorkersShareAPort() throws Exception {
        start(spec("cluster: {instances: 2}"));
        Cluster cluster = service.cluster().orElseThrow();

        assertTrue(OwnPort.advice(cluster, "Error: listen EADDRINUSE: address already in use :::3000")
                .contains("give it to Musher, by -p PORT"));
        assertEquals("", OwnPort.advice(cluster, "Error: no database"));
        service.scale(1).get();
        assertEquals("", OwnPort.advice(cluster, "Error: listen EADDRINUSE: address already in use :::3000"));
    }

    @Test
    void shouldSayWhoHasTheCommonPort() throws Exception {
        int port = freePort();
        start(spec("cluster: {instances: 0, commonPort: " + port + "}"));

        assertTrue(OwnPort.advice(service.cluster().orElseThrow(), "OSError: [Errno 98] Address already in use")
                .startsWith("; if it is port " + port + ", that is Musher's"));
    }

    @Test
    void shouldSignalTheProgramOfALine() throws Exception {
        start(entry("cmd: 'sleep 300', restart: 'never'"));
        ProcessHandle process = ProcessHandle.of(service.workers().get(0).pid().orElseThrow()).orElseThrow();

        assertTrue(process.info().command().orElse("").endsWith("sleep"), () -> process.info().toString());
        assertEquals(0, process.descendants().count());
    }

    @Test
    void shouldNotQuoteTheOutputOfAnEarlierWorkerAsTheReason() throws Exception {
        service = new Service(entry("cmd: 'test -e second && exit 3; touch second; echo out of luck; exit 3',"
                + " restartLimit: 1"), context);

        Exception e = assertThrows(ExecutionException.class, () -> service.start().get());
        assertTrue(e.getMessage().contains("out of luck"), e::getMessage);

        Cluster cluster = service.cluster().orElseThrow();
        await().atMost(PATIENCE).until(() -> cluster.stats().slots().get(0).state() == SlotStats.State.GAVE_UP);
        String why = WorkerReport.reason(service, cluster.stats().slots().get(0));
        assertTrue(why.contains("exit code 3"), why);
        assertFalse(why.contains("out of luck"), why);
    }
}
