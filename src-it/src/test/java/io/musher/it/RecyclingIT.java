package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.RecyclePolicy;
import io.musher.Worker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers that are past a limit are replaced, and who goes when there are to be fewer: nobody notices. */
class RecyclingIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private Cluster start(RecyclePolicy policy) {
        return clusters.start(clusters.jvm().instances(2).commonPort(0).jvmArgs("-Xmx400m").recyclePolicy(policy));
    }

    private void recycled(Worker worker, String why) throws Exception {
        ClusterEvent.Exited exited = clusters.history().await(ClusterEvent.Exited.class, worker);
        assertTrue(exited.exit().voluntary(), exited::toString);
        ClusterEvent.Forked heir = clusters.history().await(ClusterEvent.Forked.class,
                event -> event.worker().instance() == worker.instance() && event.worker().id() > worker.id());
        assertTrue(heir.reason().contains(why), heir::reason);
        ClusterEvent.Ready ready = clusters.history().await(ClusterEvent.Ready.class, heir.worker());
        assertTrue(!ready.at().isAfter(exited.at()), "the replacement was there first");
        assertEquals(0, heir.worker().restarts(), "that is no crash");
    }

    @Test
    void shouldReplaceOldWorkersOneAfterTheOtherUnderLoad() throws Exception {
        Cluster cluster = start(RecyclePolicy.never().withMaxAge(Duration.ofSeconds(3)));
        List<Worker> old = cluster.workers();
        try (BackgroundLoad load = new BackgroundLoad()) {
            load.startKeptAlive(2, cluster.commonPort());
            load.start(1, () -> StrictHttpClient.fetch(cluster.commonPort()));
            recycled(old.get(0), "maximum age");
            recycled(old.get(1), "maximum age");
            load.awaitMore(50);
            load.stop();
        }
    }

    @Test
    void shouldReplaceAWorkerThatTakesTooMuchMemory() throws Exception {
        Cluster cluster = start(RecyclePolicy.never().withMaxMemory(250L << 20));
        Worker fat = cluster.workers().get(1);
        assertEquals("eaten", StrictHttpClient.fetch(fat.port().orElseThrow(), "/eat?220"));
        recycled(fat, "MiB of memory, above maxMemory of 250 MiB");
        assertEquals(1, cluster.workers().get(0).id(), "the other one stays");
    }

    @Test
    void shouldReplaceAWorkerThatHasHadItsConnections() throws Exception {
        Cluster cluster = start(RecyclePolicy.never().withMaxConnections(20));
        List<Worker> old = cluster.workers();
        for (int i = 0; i < 40; i++) {
            StrictHttpClient.fetch(cluster.commonPort());
        }
        recycled(old.get(0), "has had 20 connections");
        recycled(old.get(1), "has had 20 connections");
    }

    @Test
    void shouldSendTheLeastLoadedAwayFirst() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        StrictHttpClient.fetch(cluster.commonPort()); // the first one's turn
        try (StrictHttpClient held = new StrictHttpClient(cluster.commonPort())) {
            assertEquals("2", held.get());
            cluster.scale(1).get();
            assertEquals(List.of(2), cluster.workers().stream().map(Worker::id).toList());
            assertEquals("2", held.get());
        }
    }
}
