package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Reloads and deploys under load: the service goes on, whether the new workers are any good or not. */
class RolloutIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    private static Rollout get(CompletableFuture<Rollout> rollout) throws Exception {
        return rollout.get(60, TimeUnit.SECONDS);
    }

    private static List<Integer> ids(Cluster cluster) {
        return cluster.workers().stream().map(Worker::id).toList();
    }

    @Test
    void shouldReloadUnderLoadWithoutAFailedRequest() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        try (BackgroundLoad load = new BackgroundLoad()) {
            load.startKeptAlive(4, cluster.commonPort());
            load.start(2, () -> StrictHttpClient.fetch(cluster.commonPort()));
            load.awaitMore(100);
            for (int i = 0; i < 3; i++) {
                Rollout rollout = get(cluster.reload());
                assertTrue(rollout.succeeded(), rollout::toString);
                assertEquals(Map.of(2 * i + 1, 2 * i + 3, 2 * i + 2, 2 * i + 4), rollout.replaced());
                load.awaitMore(100);
            }
            load.stop();
        }
        assertEquals(List.of(7, 8), ids(cluster));
        assertEquals(3, clusters.history().recorded().stream()
                .filter(each -> each.event() instanceof ClusterEvent.RolloutFinished).count());
    }

    @Test
    void shouldAskForTheEnvironmentAgainAtEachReload() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Cluster cluster = clusters.start(clusters.jvm().instances(1).commonPort(0)
                .env(() -> Map.of("GENERATION", Integer.toString(asked.incrementAndGet()))));
        assertTrue(StrictHttpClient.fetch(cluster.commonPort(), "/env").contains("GENERATION=1\n"));
        assertTrue(get(cluster.reload()).succeeded());
        assertTrue(StrictHttpClient.fetch(cluster.commonPort(), "/env").contains("GENERATION=2\n"));
        cluster.workers().get(0).kill();
        clusters.history().awaitReady(0, 2);
        assertTrue(StrictHttpClient.fetch(cluster.commonPort(), "/env").contains("GENERATION=2\n"),
                "a crash is no reload");
    }

    @Test
    void shouldDeployAnotherProgramForAllThatFollow() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("one").instances(2).commonPort(0));
        assertEquals("one", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
        assertTrue(get(cluster.deploy(Launch.main(ScriptedWorker.class).args("two"))).succeeded());
        assertEquals("two", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
        cluster.workers().get(0).kill();
        clusters.history().awaitReady(0, 4);
        assertTrue(get(cluster.reload()).succeeded());
        for (int i = 0; i < 4; i++) {
            assertEquals("two", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
        }
    }

    @Test
    void shouldRetryUntilTheCodeIsRepaired() throws Exception {
        Path needed = folder.resolve("needed");
        Files.createFile(needed);
        Cluster cluster = clusters.start(clusters.jvm("needs", needed.toString()).instances(2).commonPort(0)
                .reloadPolicy(Clusters.AT_ONCE.withOnFailure(ReloadPolicy.OnFailure.RETRY)));
        Files.delete(needed);
        CompletableFuture<Rollout> rollout = cluster.reload();
        clusters.history().await(ClusterEvent.Exited.class, event -> event.worker().id() == 4);
        assertEquals(Set.of("1", "2"),
                Set.of(StrictHttpClient.fetch(cluster.commonPort()), StrictHttpClient.fetch(cluster.commonPort())));
        Files.createFile(needed);
        assertTrue(get(rollout).succeeded());
        assertEquals(2, get(rollout).replaced().size());
    }

    @Test
    void shouldReplaceWorkersWithPromisedPortsOneAtATime() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(clusters.jvm().instances(1).startPort(port));
        assertTrue(get(cluster.reload()).succeeded());
        assertEquals("2", StrictHttpClient.fetch(port));
    }

    @Test
    void shouldEndARolloutWithTheCluster() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        CompletableFuture<Rollout> rollout = cluster.reload();
        cluster.stop().get(60, TimeUnit.SECONDS);
        assertInstanceOf(IllegalStateException.class,
                assertThrows(ExecutionException.class, () -> get(rollout)).getCause());
        assertInstanceOf(IllegalStateException.class,
                assertThrows(ExecutionException.class, () -> get(cluster.reload())).getCause());
    }
}
