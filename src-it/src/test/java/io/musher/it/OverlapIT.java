package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.Scheduling;
import io.musher.Worker;
import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A replacement and its predecessor both serve. The overlaps here last for ever, unless something ends them. */
class OverlapIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private ClusterBuilder overlapping(int instances) {
        return clusters.jvm("old").instances(instances).commonPort(0)
                .reloadPolicy(ReloadPolicy.ofDefaults().withOverlap(Duration.ofHours(1)));
    }

    private static CompletableFuture<Rollout> deploy(Cluster cluster) {
        return cluster.deploy(Launch.main(ScriptedWorker.class).args("new"));
    }

    private static Rollout get(CompletableFuture<Rollout> rollout) throws Exception {
        return rollout.get(60, TimeUnit.SECONDS);
    }

    private static List<String> targets(Cluster cluster) {
        return cluster.stats().balancer().orElseThrow().targets().stream()
                .filter(target -> target.state() != TargetState.WITHDRAWN).map(target -> target.target().id()).toList();
    }

    private static void awaitAnswers(Cluster cluster, Set<String> modes) {
        Set<String> seen = new TreeSet<>();
        await("answers of " + modes).atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    seen.add(StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
                    return seen.equals(modes);
                });
    }

    private static void assertOnlyOldOnesAnswer(Cluster cluster) throws Exception {
        for (int i = 0; i < 20; i++) {
            assertEquals("old", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
        }
    }

    @Test
    void shouldServeWithBothUntilTheRolloutIsAborted() throws Exception {
        Cluster cluster = clusters.start(overlapping(1));
        CompletableFuture<Rollout> rollout = deploy(cluster);
        awaitAnswers(cluster, Set.of("new", "old"));
        assertEquals(List.of("it-1", "it-1#2"), targets(cluster));
        cluster.workers().forEach(worker -> assertTrue(worker.explain().contains("the balancer has it as READY with"),
                worker::explain));
        long answered = cluster.stats().balancer().orElseThrow().targets().stream()
                .mapToLong(target -> target.accepted())
                .sum();
        assertTrue(cluster.stats().slots().get(0).traffic().connections() >= answered, cluster.stats()::toString);
        cluster.abortRollout().get(60, TimeUnit.SECONDS);
        assertEquals(Rollout.Outcome.ABORTED, get(rollout).outcome());
        assertOnlyOldOnesAnswer(cluster);
        clusters.history().await(ClusterEvent.Exited.class, event -> event.worker().id() == 2);
        assertEquals(List.of(1), cluster.workers().stream().map(Worker::id).toList());
    }

    @Test
    void shouldKeepThePredecessorWhenTheReplacementIsKilled() throws Exception {
        Cluster cluster = clusters.start(overlapping(2));
        CompletableFuture<Rollout> rollout = deploy(cluster);
        awaitAnswers(cluster, Set.of("new", "old"));
        ProcessHandle.of(cluster.worker(3).orElseThrow().pid().getAsLong()).orElseThrow().destroyForcibly();
        assertTrue(get(rollout).failure().orElseThrow().contains("in its overlap"), () -> rollout.join().toString());
        assertOnlyOldOnesAnswer(cluster);
    }

    @Test
    void shouldGiveTheReplacementTheIdOfAPredecessorThatCrashes() throws Exception {
        Cluster cluster = clusters.start(overlapping(1));
        CompletableFuture<Rollout> rollout = deploy(cluster);
        awaitAnswers(cluster, Set.of("new", "old"));
        ProcessHandle.of(cluster.worker(1).orElseThrow().pid().getAsLong()).orElseThrow().destroyForcibly();
        assertTrue(get(rollout).succeeded(), () -> rollout.join().toString());
        assertEquals(List.of("it-1"), targets(cluster));
        assertEquals("new", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
    }

    @Test
    void shouldNotWaitWithTheStopForTheEndOfAnOverlap() throws Exception {
        Cluster cluster = clusters.start(overlapping(1));
        deploy(cluster);
        awaitAnswers(cluster, Set.of("new", "old"));
        cluster.stop().get(60, TimeUnit.SECONDS);
    }

    @Test
    void shouldServeWithBothWhereTheKernelDistributesConnections() throws Exception {
        Cluster cluster = clusters.start(overlapping(1).scheduling(Scheduling.KERNEL));
        CompletableFuture<Rollout> rollout = deploy(cluster);
        awaitAnswers(cluster, Set.of("new", "old"));
        cluster.abortRollout().get(60, TimeUnit.SECONDS);
        assertEquals(Rollout.Outcome.ABORTED, get(rollout).outcome());
        clusters.history().await(ClusterEvent.Exited.class, event -> event.worker().id() == 2);
        assertOnlyOldOnesAnswer(cluster);
    }

    @Test
    void shouldHandOverAtOnceWhereClientsStayWithTheirWorker() throws Exception {
        Cluster cluster = clusters.start(overlapping(2).strategy(Strategy.ipHash()));
        assertTrue(get(deploy(cluster)).succeeded());
        assertEquals(List.of("it-1", "it-2"), targets(cluster));
    }
}
