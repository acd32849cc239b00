package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Scheduling;
import io.musher.StartupException;
import io.musher.Worker;
import io.musher.it.SampleServer.Served;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs on released servers and frameworks, none of which knows of Musher, run in workers as they are. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class UnmodifiedServersIT {

    private static final Duration START = Duration.ofSeconds(40);
    private static final String NO_NATIVE = "-Dio.netty.transport.noNative=true";
    /** Requests that would reach each of two workers. */
    private static final int ENOUGH = 30;
    private static final String FROM_ENVIRONMENT = "Integer.parseInt(System.getenv(\"PORT\"))";

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    private ClusterBuilder cluster(SampleServer server, String port) throws IOException {
        return clusters.any().jar(server.pack(folder, port)).instances(2)
                .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    private ClusterBuilder sharing(SampleServer server, int port) throws IOException {
        return cluster(server, Integer.toString(port)).commonPort(port).scheduling(Scheduling.KERNEL);
    }

    private static void assumeJava(SampleServer server) {
        assumeTrue(Runtime.version().feature() >= server.java(), () -> server + " needs Java " + server.java());
    }

    private static Set<Long> pids(Cluster cluster) {
        return cluster.workers().stream().map(Worker::pid).flatMap(pid -> pid.stream().boxed())
                .collect(Collectors.toSet());
    }

    /** Waits until every worker has answered on the port. */
    private static void awaitAnswers(Cluster cluster) {
        Set<Long> seen = new HashSet<>();
        await("an answer of every worker").atMost(START).pollInterval(Duration.ofMillis(1)).until(() -> {
            seen.add(Served.by(cluster.commonPort()).pid());
            return seen.containsAll(pids(cluster));
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeBehindTheBalancerOnThePortInItsEnvironment(SampleServer server) throws Exception {
        assumeJava(server);
        Cluster cluster = clusters.start(cluster(server, FROM_ENVIRONMENT).commonPort(0));
        awaitAnswers(cluster);
        Served served = Served.by(cluster.commonPort());
        assertFalse(served.seesClient());
        assertTrue(pids(cluster).contains(served.pid()));
        assertEquals(2, cluster.workers().size());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NETTY_NATIVE")
    void shouldServeBehindTheBalancerOnThePortThatTheyBind(SampleServer server) throws Exception {
        assumeJava(server);
        int port = FreePorts.free();
        Cluster cluster = clusters.start(
                cluster(server, Integer.toString(port)).commonPort(port).startTimeout(Duration.ofMinutes(5)));
        assertTrue(cluster.stats().balancer().isPresent());
        awaitAnswers(cluster);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NETTY_NATIVE")
    void shouldShareThePortThatTheyBind(SampleServer server) throws Exception {
        assumeJava(server);
        int port = FreePorts.free();
        Cluster cluster = clusters.start(sharing(server, port));
        awaitAnswers(cluster);
        assertTrue(Served.by(port).seesClient());
        Worker killed = cluster.workers().get(0);
        killed.kill();
        clusters.history().await(ClusterEvent.Exited.class, killed);
        for (int i = 0; i < ENOUGH; i++) {
            assertTrue(Served.by(port).pid() != killed.pid().orElseThrow());
        }
        clusters.history().awaitReady(0, killed.id());
        awaitAnswers(cluster);
    }

    @Test
    void shouldSayWhatKeepsTheNativeTransportOfNettyFromSharingAPort() throws Exception {
        int port = FreePorts.free();
        ClusterBuilder cluster = sharing(SampleServer.NETTY_NATIVE, port);
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(cluster));
        assertTrue(failure.getMessage().contains(NO_NATIVE), failure::getMessage);
        awaitAnswers(clusters.start(cluster.jvmArgs(NO_NATIVE)));
    }
}
