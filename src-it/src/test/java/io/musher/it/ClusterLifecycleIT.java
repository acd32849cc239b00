package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.Worker;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clusters begin, end and begin again in one primary, and what belongs to one of them stays there. */
class ClusterLifecycleIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @Test
    void shouldCycleEightWorkersTwice() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (Cluster cluster = clusters.start(clusters.jvm().instances(8).commonPort(0))) {
                Set<String> answers = new TreeSet<>();
                for (int i = 0; i < 8; i++) {
                    answers.add(StrictHttpClient.fetch(cluster.commonPort()));
                }
                assertEquals(Set.of("1", "2", "3", "4", "5", "6", "7", "8"), answers,
                        "round robin, with ids from 1 in every cluster");
            }
            clusters.awaitNothingLeft();
        }
    }

    @Test
    void shouldNotTakeAWorkersChildForAWorker() throws Exception {
        Worker worker = clusters.start(clusters.jvm().instances(1).commonPort(0)).workers().get(0);
        assertEquals("worker: false", StrictHttpClient.fetch(worker.port().orElseThrow(), "/child"));
    }

    @Test
    void shouldNotHearOfOptionsThatAreSetAfterTheStart() throws Exception {
        ClusterBuilder builder = clusters.jvm("serve").instances(1).commonPort(0);
        Cluster cluster = clusters.start(builder);
        builder.instances(7).name("other").args("stay").commonPort(1);
        Worker second = cluster.workers().get(0).restart().get(30, TimeUnit.SECONDS);
        assertEquals("serve", StrictHttpClient.fetch(second.port().orElseThrow(), "/mode"));
        assertEquals("it-1", second.name());
        assertEquals(1, cluster.config().instances());
        assertEquals("it", cluster.config().name());
    }

    @Test
    void shouldRunTwoClustersInOnePrimary() throws Exception {
        Cluster one = clusters.start(clusters.jvm().name("one").instances(1).commonPort(0));
        Cluster two = clusters.start(clusters.jvm().name("two").instances(1).commonPort(0));
        one.close();
        assertEquals("1", StrictHttpClient.fetch(two.commonPort()));
        assertEquals("two-1", two.workers().get(0).name());
    }
}
