package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Worker;
import io.musher.WorkerState;
import io.musher.balancer.Candidate;
import io.musher.balancer.Strategy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Futures and events of a worker that is ready come when all loops of the balancer know it. */
class TargetsInForceIT {

    /** Blocks the loop of the balancer that asks it first, until it is released. */
    private static final class Blocking implements Strategy {
        private final Strategy strategy = Strategy.roundRobin();
        private final CountDownLatch blocks = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);

        @Override
        public Candidate choose(List<Candidate> ready, InetAddress client) {
            blocks.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return strategy.choose(ready, client);
        }
    }

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private final Blocking strategy = new Blocking();
    private Cluster cluster;
    private CompletableFuture<String> client;

    /** Two workers, between which the strategy chooses; the balancer has one loop, which a client blocks. */
    private void start() throws Exception {
        cluster = clusters.start(
                clusters.jvm().instances(2).commonPort(0).strategy(strategy).balancer(balancer -> balancer.loops(1)));
        client = CompletableFuture.supplyAsync(() -> {
            try {
                return StrictHttpClient.fetch(cluster.commonPort());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(strategy.blocks.await(20, TimeUnit.SECONDS));
    }

    @AfterEach
    void release() {
        strategy.release.countDown();
    }

    private boolean isToldReady(int id) {
        return clusters.history().recorded().stream()
                .anyMatch(each -> each.event() instanceof ClusterEvent.Ready ready && ready.worker().id() == id);
    }

    private void awaitReady(int id) {
        await("worker " + id).pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(30))
                .until(() -> cluster.worker(id).filter(worker -> worker.state() == WorkerState.READY).isPresent());
    }

    @Test
    void shouldCompleteForkWhenTheBalancerHasTheTarget() throws Exception {
        start();
        CompletableFuture<Worker> forked = cluster.fork();
        awaitReady(3);
        assertFalse(forked.isDone(), "the balancer does not know the worker yet");
        assertFalse(isToldReady(3), "the balancer does not know the worker yet");
        strategy.release.countDown();
        assertEquals(3, forked.get(20, TimeUnit.SECONDS).id());
        clusters.history().awaitReady(2, 0);
        assertTrue(List.of("1", "2").contains(client.get(20, TimeUnit.SECONDS)));
    }

    @Test
    void shouldCompleteScaleWhenTheBalancerHasTheTarget() throws Exception {
        start();
        CompletableFuture<Void> scaled = cluster.scale(3);
        awaitReady(3);
        assertThrows(TimeoutException.class, () -> scaled.get(200, TimeUnit.MILLISECONDS),
                "the balancer does not know the worker yet");
        strategy.release.countDown();
        scaled.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldGoOnAfterAWhileThoughALoopOfTheBalancerIsBlocked() throws Exception {
        start();
        assertEquals(3, cluster.fork().get(60, TimeUnit.SECONDS).id());
        clusters.history().awaitReady(2, 0);
        assertFalse(client.isDone());
    }
}
