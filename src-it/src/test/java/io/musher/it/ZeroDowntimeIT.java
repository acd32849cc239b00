package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.Launch;
import io.musher.Readiness;
import io.musher.Rollout;
import io.musher.StopPolicy;
import io.musher.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Reloads, deploys and scaling under load: not one request fails; and with a mechanism switched off the same load sees
 * it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ZeroDowntimeIT {

    private static final int AT_MOST = 10;

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private static Rollout reload(Cluster cluster) throws Exception {
        return cluster.reload().get(60, TimeUnit.SECONDS);
    }

    private void reload(String proof, ClusterBuilder builder, int times) throws Exception {
        Cluster cluster = clusters.start(builder);
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        try (shopping) {
            shopping.awaitMore(200);
            for (int i = 0; i < times; i++) {
                Rollout rollout = reload(cluster);
                assertTrue(rollout.succeeded(), rollout::toString);
                shopping.awaitMore(50);
            }
        }
        Proofs.tell(times + " reloads, " + proof, shopping);
        shopping.assertNoneFailed();
        Proofs.awaitAgreement(cluster, 2);
    }

    @Test
    void shouldReloadAgainAndAgainWithoutAFailedRequest() throws Exception {
        reload("JDK HttpServer workers", Proofs.shops(clusters), Proofs.many(20, 4));
    }

    @Test
    void shouldReloadWithAnOverlapWithoutAFailedRequest() throws Exception {
        reload("workers that overlap",
                Proofs.shops(clusters).reloadPolicy(Clusters.AT_ONCE.withOverlap(Duration.ofSeconds(1))),
                Proofs.many(10, 2));
    }

    @Test
    void shouldReloadWorkersThatTakeASecondToStop() throws Exception {
        reload("workers that take a second to stop", Proofs.shops(clusters, "slow-stop"), Proofs.many(20, 2));
    }

    @Test
    void shouldReloadWorkersThatListenLongBeforeTheyServe() throws Exception {
        reload("workers that warm up, ready() when they have",
                Proofs.shops(clusters, "warms-up").readiness(Readiness.EXPLICIT),
                Proofs.many(10, 2));
    }

    private void loses(String without, ClusterBuilder builder) throws Exception {
        Cluster cluster = clusters.start(builder);
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        try (shopping) {
            shopping.awaitMore(200);
            for (int i = 0; i < AT_MOST && shopping.failures().isEmpty(); i++) {
                reload(cluster);
            }
        }
        Proofs.tell("reloads without " + without, shopping);
        assertTrue(!shopping.failures().isEmpty(), "the load does not see what it is for");
    }

    @Test
    void shouldSeeRequestsFailWithoutDraining() throws Exception {
        loses("draining", Proofs.shops(clusters).stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ZERO)));
    }

    @Test
    void shouldSeeRequestsFailWithoutMovingKeptAliveConnections() throws Exception {
        loses("moving", Proofs.shops(clusters).stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofMillis(300)))
                .balancer(balancer -> balancer.moveKeepAlive(false)));
    }

    @Test
    void shouldSeeRequestsFailWithoutReadiness() throws Exception {
        loses("waiting for ready()", Proofs.shops(clusters, "hasty"));
    }

    @Test
    void shouldKeepTheOldWorkersWhateverIsWrongWithTheNewOnes() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters).startTimeout(Duration.ofSeconds(8))
                .reloadPolicy(Clusters.AT_ONCE.withSoak(Duration.ofSeconds(2))));
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        try (shopping) {
            failed(cluster, Launch.main(ScriptedWorker.class).args("exit", "7"), "exit code 7", "");
            failed(cluster, Launch.main(ScriptedWorker.class).args("throw"), "exit code 1",
                    "this worker does not want to");
            failed(cluster, Launch.main(ScriptedWorker.class).args("hang"), "startTimeout", "");
            failed(cluster, Launch.main(LoadTestWorker.class).args("soak"), "in its soak time", "had enough");
            assertThrows(IllegalArgumentException.class, () -> cluster.deploy(Launch.main("no.such.Main")));
            failed(cluster, Launch.main("no.such.Main").jvmArgs("-cp", System.getProperty("java.class.path")),
                    "exit code 1", "no.such.Main");
            failed(cluster, Launch.main(ScriptedWorker.class).jvmArgs("-Xmx1m", "-Xms8g"), "exit code 1", "heap");
            shopping.awaitMore(100);
        }
        Proofs.tell("six bad deploys", shopping);
        shopping.assertNoneFailed();
        assertTrue(reload(cluster).succeeded(), "the old launch is still in force");
    }

    private static void failed(Cluster cluster, Launch launch, String why, String output) throws Exception {
        Rollout rollout = cluster.deploy(launch).get(60, TimeUnit.SECONDS);
        assertTrue(!rollout.succeeded() && rollout.failure().orElseThrow().contains(why), rollout::toString);
        assertTrue(rollout.lastOutput().contains(output), rollout::lastOutput);
        assertEquals(Map.of(), rollout.replaced());
        assertEquals(List.of(1, 2), cluster.workers().stream().map(Worker::id).toList());
    }

    @Test
    void shouldScaleUpAndDownWithoutAFailedRequest() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters));
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        try (shopping) {
            for (int instances : List.of(6, 1, 4)) {
                cluster.scale(instances).get(60, TimeUnit.SECONDS);
                shopping.awaitMore(200);
            }
        }
        Proofs.tell("2 to 6 to 1 to 4 workers", shopping);
        shopping.assertNoneFailed();
        Proofs.awaitAgreement(cluster, 4);
    }
}
