package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.Readiness;
import io.musher.Worker;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster tells why a worker does or does not get traffic, and that is how it is. */
class ExplainIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @Test
    void shouldTellTheTruthInEveryState() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        Worker one = cluster.workers().get(0);
        Worker two = cluster.workers().get(1);
        int port = one.port().orElseThrow();
        explains(cluster, one, "worker 1 (it-1) gets traffic: READY", "balancer has it", "0 connections");
        stats(cluster, 2, 2, 0);
        assertEquals(2, cluster.stats().balancer().orElseThrow().targets().size());

        StrictHttpClient.fetch(port, "/tell?notReady");
        clusters.history().await(ClusterEvent.NotReady.class, one);
        assertEquals(WorkerState.NOT_READY, one.state());
        explains(cluster, one, "worker 1 (it-1) gets no traffic: NOT_READY", "it called notReady()");
        stats(cluster, 2, 1, 0);
        Proofs.awaitTargets(cluster, 1);
        for (int i = 0; i < 4; i++) {
            assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()));
        }

        StrictHttpClient.fetch(port, "/tell?ready");
        clusters.history().await(ClusterEvent.Ready.class,
                event -> event.worker() == one && event.reason().contains("ready()"));
        Proofs.awaitTargets(cluster, 2);
        explains(cluster, one, "gets traffic: READY", "it called ready()");
        try (StrictHttpClient kept = new StrictHttpClient(cluster.commonPort());
                StrictHttpClient other = new StrictHttpClient(cluster.commonPort())) {
            assertEquals(3, Integer.parseInt(kept.get()) + Integer.parseInt(other.get()));
            await("one connection each").atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> explains(cluster, one, "with 1 connection"));
        }

        two.stop().get(30, TimeUnit.SECONDS);
        explains(cluster, two, "worker 2 (it-2) gets no traffic: DEAD", "stopped (exit code 0)");
        stats(cluster, 1, 1, 0);
        one.kill();
        Worker three = clusters.history().awaitReady(0, 1);
        explains(cluster, one, "gets no traffic: DEAD", "kill() was called (SIGKILL)");
        explains(cluster, three, "worker 3 (it-1) gets traffic: READY");
        stats(cluster, 1, 1, 1);
        assertEquals(1, three.restarts());

        cluster.close();
        explains(cluster, three, "gets no traffic: DEAD");
        assertEquals(List.of(), cluster.stats().workers());
        stats(cluster, 0, 0, 1);
    }

    @Test
    void shouldTellWhatAStartingWorkerWaitsFor() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(0).commonPort(0).readiness(Readiness.EXPLICIT));
        CompletableFuture<Worker> forked = cluster.fork();
        Worker worker = clusters.history().await(ClusterEvent.Online.class, event -> true).worker();
        explains(cluster, worker, "worker 1 (it-1) gets no traffic: ONLINE");
        stats(cluster, 1, 0, 0);
        int port = worker.port().orElseThrow();
        await("its server").atMost(Duration.ofSeconds(20)).ignoreExceptions()
                .until(() -> StrictHttpClient.fetch(port).equals("1"));
        assertTrue(!forked.isDone(), "a port that accepts is not enough");
        StrictHttpClient.fetch(port, "/tell?ready");
        assertEquals(worker, forked.get(30, TimeUnit.SECONDS));
        explains(cluster, worker, "gets traffic: READY, it called ready()");
    }

    @Test
    void shouldFollowAWorkerThatListensElsewhere() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("elsewhere").instances(1).commonPort(0));
        Worker worker = cluster.workers().get(0);
        ClusterEvent.Listening event = clusters.history().await(ClusterEvent.Listening.class, worker);
        assertEquals(event.port(), worker.port().orElseThrow());
        explains(cluster, worker, "it listens on port " + event.port());
        assertEquals("1", StrictHttpClient.fetch(cluster.commonPort()));
    }

    private static void stats(Cluster cluster, int wanted, int ready, long restarts) {
        ClusterStats stats = cluster.stats();
        assertEquals(List.of(wanted, ready, restarts), List.of(stats.wanted(), stats.ready(), stats.restarts()),
                stats::toString);
    }

    private static void explains(Cluster cluster, Worker worker, String... parts) {
        String text = cluster.explain(worker);
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "'" + part + "' in: " + text);
        }
        cluster.stats().workers().stream().filter(line -> line.id() == worker.id())
                .forEach(line -> assertEquals(worker.state(), line.state()));
    }
}
