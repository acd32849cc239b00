package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.Launch;
import io.musher.Readiness;
import io.musher.Rollout;
import io.musher.StartupException;
import io.musher.Worker;
import io.musher.WorkerContext;
import io.musher.WorkerState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker's port says about it, from its start to its end. */
class PortReadinessIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @Test
    void shouldTakeAWorkerOutWhosePortRefusesAndReplaceIt() throws Exception {
        Cluster cluster = clusters
                .start(clusters.jvm().instances(2).commonPort(0).startTimeout(Duration.ofSeconds(60)));
        Worker closed = cluster.workers().get(0);
        StrictHttpClient.fetch(closed.port().getAsInt(), "/close");
        ClusterEvent.NotReady event = clusters.history().await(ClusterEvent.NotReady.class, closed);
        assertTrue(event.reason().contains("nothing accepts on 127.0.0.1:" + closed.port().getAsInt()), event::reason);
        Proofs.awaitTargets(cluster, 1);
        for (int i = 0; i < 4; i++) {
            assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()));
        }
        ClusterEvent.Exited exited = clusters.history().await(ClusterEvent.Exited.class, closed);
        assertEquals(Exit.Cause.UNHEALTHY, exited.exit().cause());
        assertTrue(exited.reason().contains("nothing accepts on"), exited::reason);
        clusters.history().awaitReady(0, 1);
    }

    /** Listens, and tells each client how many came before it. */
    static final class Counting {

        private Counting() {}

        public static void main(String[] args) throws IOException {
            InetSocketAddress address = WorkerContext.current().address();
            ServerSocket server = new ServerSocket(address.getPort(), 50, address.getAddress());
            new Thread(() -> {
                for (int i = 0;; i++) {
                    try (Socket client = server.accept()) {
                        client.getOutputStream().write('0' + i);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }).start();
        }
    }

    /** A program that has just started may take some milliseconds for its first connection. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldNotHaveToConnectToAWorkerThatListensWhenItsMainMethodReturns() throws Exception {
        Cluster cluster = clusters.start(clusters.any().instances(4).commonPort(0)
                .launch(Launch.main(Counting.class)));
        StringBuilder before = new StringBuilder();
        for (Worker each : cluster.workers()) {
            try (Socket client = new Socket("127.0.0.1", each.port().getAsInt())) {
                before.append((char) client.getInputStream().read());
            }
        }
        assertTrue(before.indexOf("0") >= 0, () -> "all were connected to before: " + before); // one may be, by chance
    }

    /** Listens on its port, at an address to which nothing connects. */
    static final class Elsewhere {

        private Elsewhere() {}

        public static void main(String[] args) throws IOException {
            ServerSocket server = new ServerSocket(WorkerContext.current().address().getPort(), 50,
                    InetAddress.getByName("127.0.0.2"));
            new Thread(() -> {
                try {
                    server.accept();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).start();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldNotTakeAWorkerForReadyThatListensOnItsPortAtAnotherAddress() {
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(clusters.any()
                .instances(1).commonPort(0).launch(Launch.main(Elsewhere.class)).startTimeout(Duration.ofSeconds(6))));
        assertTrue(failure.getMessage().contains("listens on 127.0.0.2:"), failure::getMessage);
    }

    @Test
    void shouldNotListenToAWorkerThatClaimsAPortOfThePrimary() throws Exception {
        int common = FreePorts.free();
        StartupException failure = assertThrows(StartupException.class,
                () -> clusters.start(clusters.jvm("claims", Integer.toString(common))
                        .instances(1).commonPort(common).startTimeout(Duration.ofSeconds(8))));
        assertTrue(failure.getMessage().contains("nothing accepts on 127.0.0.1:"), failure::getMessage);
        assertTrue(clusters.history().recorded().stream()
                .noneMatch(each -> List.of("Listening", "Ready").contains(each.kind())));
    }

    @Test
    void shouldSayWhereAWorkerListensThatIsNotReadyInTime() {
        StartupException failure = assertThrows(StartupException.class,
                () -> clusters
                        .start(clusters.jvm("wrong").instances(1).commonPort(0).startTimeout(Duration.ofSeconds(8))));
        Matcher port = Pattern.compile("wrongly on (\\d+)").matcher(clusters.history().output());
        assertTrue(port.find(), clusters.history()::toString);
        String message = failure.getMessage();
        assertTrue(message
                .matches("(?s).*nothing accepts on 127.0.0.1:\\d+; process \\d+ listens on 127.0.0.1:" + port.group(1)
                        + "; it is to listen on WorkerContext.address.*"),
                message);
        assertTrue(message.contains("ended by the primary (not ready in time)") && !message.contains("exit code"),
                message);
    }

    @Test
    void shouldNotSucceedInARolloutToAPortThatDoesNotAccept() throws Exception {
        Cluster cluster = clusters
                .start(clusters.jvm().instances(1).commonPort(0).startTimeout(Duration.ofSeconds(15)));
        int refused = FreePorts.free();
        Rollout rollout = cluster.deploy(Launch.main(ScriptedWorker.class).args("claims", Integer.toString(refused)))
                .join();
        assertTrue(
                !rollout.succeeded()
                        && rollout.failure().orElseThrow().contains("nothing accepts on 127.0.0.1:" + refused),
                rollout::toString);
        assertEquals("1", StrictHttpClient.fetch(cluster.commonPort()), "the old one has gone on serving");
    }

    @Test
    void shouldTakeAPortForOpenWhoeverListens() throws Exception {
        ServerSocket other = new ServerSocket();
        try (other) {
            Cluster cluster = clusters
                    .start(clusters.command("sleep", "100").instances(1).commonPort(0).readiness(Readiness.PORT_OPEN)
                            .on(ClusterEvent.Forked.class, event -> listen(other, event.worker().port().getAsInt())));
            assertEquals(WorkerState.READY, cluster.workers().get(0).state());
        }
    }

    @Test
    void shouldTellWorkersBehindACommonPortToListenOnTheLoopbackAddress() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(1).commonPort(0));
        assertTrue(StrictHttpClient.fetch(cluster.commonPort(), "/env").contains("SERVER_ADDRESS=127.0.0.1"));
        Cluster other = clusters.start(clusters.jvm().name("other").instances(1).commonPort(0).launch(
                Launch.main(ScriptedWorker.class).args().env(Map.of("SERVER_ADDRESS", "0.0.0.0"))));
        assertTrue(StrictHttpClient.fetch(other.commonPort(), "/env").contains("SERVER_ADDRESS=0.0.0.0"));
    }

    private static void listen(ServerSocket socket, int port) {
        try {
            socket.bind(new InetSocketAddress("127.0.0.1", port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
