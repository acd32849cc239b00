package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.Rollout;
import io.musher.Scheduling;
import io.musher.StopPolicy;
import io.musher.Worker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On Java 22 and newer the workers accept from one listener, the primary's: nothing is lost when they come and go. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SharedListenerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** Connections that would reach each of two workers. */
    private static final int ENOUGH = 50;

    /**
     * Sends garbage, also from a socket of the longest path, which the kernel says is longer than an address can be;
     * then asks for the listener, as another user, if it may become one.
     */
    private static final String STRANGER = """
            import ctypes, os, socket, struct, sys, tempfile
            primary = b'\\0' + sys.argv[1].encode()
            with tempfile.TemporaryDirectory(dir='/tmp') as folder:
                address = struct.pack('H108s', socket.AF_UNIX, (folder + '/').encode().ljust(108, b'x'))
                longest = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                if ctypes.CDLL(None).bind(longest.fileno(), address, len(address)):
                    sys.exit('cannot bind the longest path')
                longest.sendto(b'x', primary)
            nameless = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            for i in range(100):
                passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack('i', 0))]
                nameless.sendmsg([b'x' * (1 + 10 * i)], passed, 0, primary)
                nameless.sendmsg([b''], passed, 0, primary)
            asking = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            asking.bind('')
            root = os.getuid() == 0
            if root:
                os.setuid(65534)
            asking.settimeout(1)
            asking.sendto(b'x', primary)
            try:
                data, control, flags, address = asking.recvmsg(10, 100)
                listener = socket.socket(fileno=struct.unpack('i', control[0][2][:4])[0])
                print('the listener of', listener.getsockname()[1])
            except TimeoutError:
                print('root: nothing' if root else 'nothing')
            """;

    /** Copies a process's listener, as a child has it that does not execute its program yet; or takes its place. */
    private static final String HOLDER = """
            import ctypes, os, socket, sys
            pid, port, takes = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'take'
            listening = set()
            for table in ('/proc/net/tcp', '/proc/net/tcp6'):
                for words in map(str.split, open(table)):
                    if words[3] == '0A' and words[1].endswith(':%04X' % port):
                        listening.add('socket:[' + words[9] + ']')
            folder = '/proc/%d/fd/' % pid
            def opened(name):
                try:
                    return os.readlink(folder + name)
                except FileNotFoundError:
                    return None
            number = next(int(name) for name in os.listdir(folder) if opened(name) in listening)
            pidfd_getfd = 438
            copy = ctypes.CDLL(None).syscall(pidfd_getfd, os.pidfd_open(pid), number, 0)
            if copy < 0:
                print('may not copy it', flush=True)
                sys.exit()
            listener = socket.socket(fileno=copy)
            if takes:
                listener.shutdown(socket.SHUT_RDWR)
                listener = socket.socket()
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(('127.0.0.1', port))
                listener.listen()
            print('has it', flush=True)
            sys.stdin.read()
            """;

    @RegisterExtension
    final Children children = new Children();

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @BeforeAll
    static void assumeJava() {
        assumeTrue(Runtime.version().feature() >= 22, "a shared listener needs Java 22");
    }

    private ClusterBuilder sharing(String kind, int port) {
        return clusters.any().main(SharingWorker.class).args(kind, Integer.toString(port)).instances(2)
                .commonPort(port).scheduling(Scheduling.KERNEL)
                .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dsun.net.httpserver.nodelay=true")
                .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofSeconds(10)));
    }

    private static void awaitAnswers(Cluster cluster, Set<String> workers) {
        Set<String> answers = new TreeSet<>();
        await("answers of " + workers).atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            answers.add(StrictHttpClient.fetch(cluster.commonPort()));
            return answers.containsAll(workers);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"selector", "socket", "channel"})
    void shouldAcceptNothingWhileNotReady(String kind) throws Exception {
        Cluster cluster = clusters.start(sharing(kind, FreePorts.free()));
        awaitAnswers(cluster, Set.of("1", "2"));
        Worker paused = cluster.workers().get(0);
        for (int round = 0; round < 2; round++) {
            paused.send("pause");
            int pauses = round + 1;
            await("a pause").atMost(PATIENCE).until(
                    () -> Collections.frequency(clusters.history().kinds(paused), "NotReady") == pauses);
            Set<String> answers = new TreeSet<>();
            for (int i = 0; i < ENOUGH; i++) {
                answers.add(StrictHttpClient.fetch(cluster.commonPort()));
            }
            assertEquals(Set.of("2"), answers);
            paused.send("resume");
            awaitAnswers(cluster, Set.of("1", "2"));
        }
    }

    @Test
    void shouldKeepConnectionsThatWaitUntilAWorkerIsThere() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(sharing("socket", port).instances(0));
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return StrictHttpClient.fetch(port);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        cluster.scale(1).join();
        assertEquals("1", answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        Worker worker = cluster.workers().get(0);
        worker.kill();
        clusters.history().await(ClusterEvent.Exited.class, worker); // it may accept until then
        assertEquals("2", StrictHttpClient.fetch(port));
    }

    @Test
    void shouldPassTheListenerToProcessesOfTheSameUserOnly() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(sharing("socket", port));
        String rule = new LinuxProcess(cluster.workers().get(0).pid().orElseThrow()).variable("MUSHER_BIND")
                .orElseThrow();
        long open = descriptors();
        Child stranger = children.command(NonJavaServers.installed("python3"), "-c", STRANGER,
                rule.substring(rule.lastIndexOf(' ') + 1));
        assertEquals(0, stranger.exitCode(PATIENCE), stranger::report);
        assertEquals(stranger.stdout().contains("root") ? "root: nothing" : "the listener of " + port,
                stranger.stdout().strip(), stranger::report);
        assertTrue(descriptors() < open + 50, "descriptors that were passed with garbage stay open: " + descriptors());
        cluster.scale(3).join(); // still passes it
        awaitAnswers(cluster, Set.of("3"));
    }

    private Cluster startWithoutWorkers() throws Exception {
        int port = FreePorts.free();
        return clusters.start(clusters.any().main(UnmodifiedServer.class)
                .args("http", Integer.toString(port), "127.0.0.1").instances(0).commonPort(port)
                .scheduling(Scheduling.KERNEL));
    }

    private Child hold(Cluster cluster, String how) throws Exception {
        Child holder = children.command(NonJavaServers.installed("python3"), "-c", HOLDER,
                Long.toString(ProcessHandle.current().pid()), Integer.toString(cluster.commonPort()), how);
        assumeTrue(holder.awaitLine("has it|may not copy it").group().equals("has it"),
                "no process may copy descriptors of this one here");
        return holder;
    }

    @Test
    void shouldMoveWhileAnotherProcessHasTheListener() throws Exception {
        Cluster cluster = startWithoutWorkers();
        hold(cluster, "hold");
        cluster.scale(1).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        CommonPortClient.awaitAllServe(cluster);
        assertThrows(ConnectException.class, () -> new Socket("127.0.0.2", cluster.commonPort()).close());
    }

    @Test
    void shouldSayWhyItCannotListenWhereTheApplicationBindsAndTryAgain() throws Exception {
        Cluster cluster = startWithoutWorkers();
        Child holder = hold(cluster, "take");
        CompletableFuture<?> scaled = cluster.scale(1);
        await("a reason").atMost(PATIENCE).until(() -> clusters.history().output()
                .contains("the primary cannot listen on 127.0.0.1 for this application: Address already in use"));
        holder.close();
        scaled.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        CommonPortClient.awaitAllServe(cluster);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static void reload(Cluster cluster, OpenLoopLoad load) throws Exception {
        Rollout rollout = cluster.reload().get(60, TimeUnit.SECONDS);
        assertTrue(rollout.succeeded(), rollout::toString);
        load.awaitMore(50);
    }

    @Test
    void shouldReloadDeployAndScaleWithoutAFailedRequest() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(sharing("selector", port));
        OpenLoopLoad load = new OpenLoopLoad(port);
        try (load) {
            load.awaitMore(200);
            for (int i = Proofs.many(20, 3); i > 0; i--) {
                reload(cluster, load);
            }
            assertTrue(cluster.deploy(Launch.main(SharingWorker.class).args("selector", Integer.toString(port)))
                    .get(60, TimeUnit.SECONDS).succeeded());
            for (int instances : List.of(4, 1, 2)) {
                cluster.scale(instances).get(60, TimeUnit.SECONDS);
                load.awaitMore(200);
            }
        }
        Proofs.tell("reloads, a deploy and scaling with a shared listener", load);
        load.assertNoneFailed();
    }
}
