package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.Rollout;
import io.musher.StartupException;
import io.musher.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications that insist on the common port, behind the balancer, which listens there. */
class RedirectedBindIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private ClusterBuilder insisting(int port, String kind) {
        return clusters.any().jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC").instances(2).commonPort(port)
                .main(UnmodifiedServer.class).args(kind, Integer.toString(port));
    }

    private static void awaitAllServe(Cluster cluster) {
        Set<String> pids = cluster.workers().stream().map(worker -> Long.toString(worker.pid().getAsLong()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> answered = new TreeSet<>();
        Awaitility.await("answers of " + pids).atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    answered.add(StrictHttpClient.fetch(cluster.commonPort()).split(" ")[0]);
                    return answered.equals(pids);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "socket", "channel"})
    void shouldBindTheirOwnPortInstead(String kind) throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(insisting(port, kind));
        assertTrue(cluster.stats().balancer().isPresent());
        assertTrue(cluster.workers().stream().noneMatch(worker -> worker.port().getAsInt() == port));
        awaitAllServe(cluster);
        assertEquals(0, cluster.stats().restarts());
        Worker killed = cluster.workers().get(0);
        killed.kill();
        clusters.history().awaitReady(killed.instance(), killed.id());
        clusters.history().await(ClusterEvent.Exited.class, killed);
        awaitAllServe(cluster);
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void shouldBindTheirOwnPortInsteadAfterTheyHaveGoneOnWithoutThePort() throws Exception {
        Cluster cluster = clusters.start(insisting(FreePorts.free(), "lenient").startTimeout(Duration.ofMinutes(5)));
        awaitAllServe(cluster);
        assertEquals(0, cluster.stats().restarts());
    }

    @Test
    void shouldRedirectTheFirstStartOfAProgramThatDoesNotPrintWhyItLacksThePort() throws Exception {
        Cluster cluster = clusters.start(insisting(FreePorts.free(), "silent").redirectCommonPort(true));
        awaitAllServe(cluster);
        assertEquals(2, clusters.history().recorded().stream().filter(each -> each.kind().equals("Forked")).count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1"})
    void shouldWarnWhereClientsReachMoreAddressesThanTheApplicationBinds(String host) throws Exception {
        int port = FreePorts.free();
        ClusterBuilder builder = insisting(port, "http").args("http", Integer.toString(port), "127.0.0.1")
                .redirectCommonPort(true);
        awaitAllServe(clusters.start(host.isEmpty() ? builder : builder.host(host)));
        String warning = "on all addresses, where the primary listens: set host(\"127.0.0.1\")";
        if (host.isEmpty()) {
            Awaitility.await("a warning").until(() -> clusters.history().output().contains(warning));
        }
        assertEquals(host.isEmpty() ? 2 : 1, clusters.history().output().split(Pattern.quote(warning), -1).length,
                clusters.history()::output);
    }

    @Test
    void shouldNameTheRedirectionWhereTheOutputDoesNotSayThatThePortIsTaken() {
        StartupException failure = assertThrows(StartupException.class, () -> clusters
                .start(insisting(FreePorts.free(), "silent").instances(1).startTimeout(Duration.ofSeconds(8))));
        assertTrue(failure.getMessage().contains("needs redirectCommonPort(true)"), failure::getMessage);
    }

    @Test
    void shouldReplaceAProgramThatListensOnThePortItIsGivenByOneThatInsists() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(port));
        for (String kind : new String[]{"http", "lenient"}) {
            Rollout rollout = cluster
                    .deploy(Launch.main(UnmodifiedServer.class).args(kind, Integer.toString(port)))
                    .get(60, TimeUnit.SECONDS);
            assertTrue(rollout.succeeded(), rollout::toString);
            awaitAllServe(cluster);
        }
        assertEquals(0, cluster.stats().restarts());
        assertEquals(0, cluster.stats().slots().stream().mapToInt(slot -> slot.failures()).sum());
    }

    @Test
    void shouldSayWhatToDoWhereThatIsSwitchedOff() throws IOException {
        int port = FreePorts.free();
        StartupException failure = assertThrows(StartupException.class,
                () -> clusters.start(insisting(port, "http").redirectCommonPort(false)));
        for (String word : new String[]{"WorkerContext.address()", "$PORT", "$SERVER_PORT", "Scheduling.KERNEL"}) {
            assertTrue(failure.getMessage().contains(word), failure::getMessage);
        }
    }

    @Test
    void shouldSayWhatToDoForACommandThatInsists() throws IOException {
        int port = FreePorts.free();
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(clusters.any().instances(1)
                .commonPort(port).command(NonJavaServers.installed("python3"), "-c",
                        "import socket; socket.socket().bind(('', " + port + "))")));
        assertTrue(failure.getMessage().contains("$PORT") && failure.getMessage().contains("not as a command"),
                failure::getMessage);
    }

    @Test
    void shouldNotHideThatAnotherPortIsTaken() throws IOException {
        int port = FreePorts.free();
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(insisting(port, "besides")
                .args("besides", Integer.toString(port), Integer.toString(FreePorts.free()))));
        assertTrue(failure.lastOutput().contains("Address already in use"), failure::getMessage);
    }
}
