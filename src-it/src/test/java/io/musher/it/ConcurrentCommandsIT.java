package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.HealthCheck;
import io.musher.Launch;
import io.musher.RestartPolicy;
import io.musher.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Ten threads ask for anything at random: afterwards all is as it was last wanted, every promise is kept, nothing
 * leaks.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ConcurrentCommandsIT {

    private static final int THREADS = 10;

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private final Queue<CompletableFuture<?>> promises = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void shouldComeToRestAfterAStorm() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters).healthCheck(HealthCheck.heartbeat())
                .restartPolicy(RestartPolicy.always().withGiveUp(0, Duration.ofSeconds(1))));
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort(), 50);
        long end = System.nanoTime() + Duration.ofSeconds(Proofs.many(60, 8)).toNanos();
        List<Thread> threads = new ArrayList<>();
        try (shopping) {
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(i);
                threads.add(Threads.start("storm-" + i, () -> storm(cluster, random, end)));
            }
            threads.forEach(Threads::join);
            deployAGoodOne(cluster);
            cluster.scale(3).get(120, TimeUnit.SECONDS);
            await("every promise is kept").atMost(Duration.ofSeconds(60))
                    .until(() -> promises.stream().allMatch(CompletableFuture::isDone));
            cluster.scale(3).get(60, TimeUnit.SECONDS);
            Proofs.awaitAgreement(cluster, 3);
            shopping.awaitMore(20);
        }
        Proofs.tell(
                "a storm of " + asked + " calls, " + cluster.workers().stream().mapToInt(Worker::id).max().orElseThrow()
                        + " processes",
                shopping);
        assertEquals(List.of(), List.copyOf(thrown));
    }

    /** A bad one was perhaps deployed while nobody was wanted, which succeeds. */
    private static void deployAGoodOne(Cluster cluster) {
        await("a deploy").atMost(Duration.ofSeconds(120))
                .until(() -> cluster.deploy(Launch.main(LoadTestWorker.class)).get(60, TimeUnit.SECONDS).succeeded());
    }

    private void storm(Cluster cluster, Random random, long end) {
        while (System.nanoTime() - end < 0) {
            try {
                asked.incrementAndGet();
                ask(cluster, random);
                Thread.sleep(random.nextInt(400)); // so that there is something to disturb
            } catch (Throwable e) {
                thrown.add(e);
                return;
            }
        }
    }

    private void ask(Cluster cluster, Random random) {
        List<Worker> workers = cluster.workers();
        Worker worker = workers.isEmpty() ? null : workers.get(random.nextInt(workers.size()));
        switch (random.nextInt(worker == null ? 4 : 8)) {
            case 0 -> promises.add(random.nextInt(3) == 0 ? cluster.abortRollout() : cluster.reload());
            case 1 -> promises.add(cluster.deploy(random.nextBoolean() ? Launch.main(LoadTestWorker.class)
                    : Launch.main(ScriptedWorker.class).args("exit", "3")));
            case 2 -> promises.add(cluster.scale(random.nextInt(5)));
            case 3 -> promises.add(cluster.fork());
            case 4 -> promises.add(worker.restart());
            case 5 -> promises.add(worker.stop());
            case 6 -> worker.kill();
            default -> ProcessHandle.of(worker.pid().orElseThrow()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
