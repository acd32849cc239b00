package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.HealthCheck;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import io.musher.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers are killed and halted under load: only what was in flight on them fails, and nobody hangs. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KillsUnderLoadIT {

    /** From a kill until the kernel has closed the sockets of the dead, and the balancer has read that. */
    private static final long DYING_NANOS = 500_000_000L;

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private static void kill(Worker worker) {
        ProcessHandle.of(worker.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Every failure was in flight at a kill, and was told at once. */
    private static void assertInFlight(Shopping shopping, List<Long> kills) {
        for (Shopping.Failure failure : shopping.failures()) {
            boolean inFlight = kills.stream().anyMatch(kill -> failure.begin() - kill < DYING_NANOS && failure.end() - kill >= 0);
            assertTrue(inFlight && List.of("reset", "short").contains(failure.kind()), () -> failure + "\n" + shopping.figures());
        }
    }

    @Test
    void shouldLoseOnlyWhatIsInFlightOnAKilledWorker() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters).instances(4).restartPolicy(RestartPolicy.always())
                .stopPolicy(StopPolicy.ofDefaults()));
        Random random = new Random(5);
        List<Long> kills = new ArrayList<>();
        long descriptors = new Proc(ProcessHandle.current().pid()).descriptors();
        Shopping shopping = new Shopping(cluster.commonPort());
        try (shopping) {
            for (int i = Proofs.many(60, 8); i > 0; i--) {
                shopping.awaitMore(Shopping.RATE);
                List<Worker> workers = cluster.workers();
                kills.add(System.nanoTime());
                kill(workers.get(random.nextInt(workers.size())));
            }
            shopping.awaitMore(Shopping.RATE);
        }
        Proofs.tell(kills.size() + " kills", shopping);
        assertInFlight(shopping, kills);
        Proofs.awaitAgreement(cluster, 4);
        await("as many descriptors as before").atMost(Duration.ofSeconds(20))
                .until(() -> new Proc(ProcessHandle.current().pid()).descriptors() <= descriptors + 2);
    }

    @Test
    void shouldServeThoseWhoWaitedWhenAllWorkersWereKilledAtOnce() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters));
        Shopping shopping = new Shopping(cluster.commonPort());
        long kill;
        long back;
        try (shopping) {
            shopping.awaitMore(Shopping.RATE);
            kill = System.nanoTime();
            cluster.workers().forEach(KillsUnderLoadIT::kill);
            clusters.history().await(ClusterEvent.Ready.class, event -> event.worker().id() > 2);
            back = System.nanoTime();
            shopping.awaitMore(Shopping.RATE);
        }
        Proofs.tell("all workers killed at once, the first one ready after " + (back - kill) / 1_000_000 + " ms", shopping);
        assertInFlight(shopping, List.of(kill));
        Proofs.awaitAgreement(cluster, 2);
    }

    @Test
    void shouldTakeTrafficFromAHaltedWorkerAndReplaceIt() throws Exception {
        HealthCheck check = HealthCheck.heartbeat().withInterval(Duration.ofMillis(250)).withTimeout(Duration.ofMillis(500)).withFall(3);
        Cluster cluster = clusters.start(Proofs.shops(clusters).healthCheck(check));
        Worker halted = cluster.workers().get(0);
        Shopping shopping = new Shopping(cluster.commonPort());
        long halt;
        long left;
        try (shopping) {
            shopping.awaitMore(Shopping.RATE);
            halt = System.nanoTime();
            halted.signal("STOP");
            ClusterEvent.Exited exited = clusters.history().await(ClusterEvent.Exited.class, halted);
            assertEquals(Exit.Cause.UNHEALTHY, exited.exit().cause());
            left = System.nanoTime();
            clusters.history().awaitReady(0, halted.id());
            shopping.awaitMore(Shopping.RATE);
        }
        Proofs.tell("a worker halted, and gone after " + (left - halt) / 1_000_000 + " ms", shopping);
        for (Shopping.Failure failure : shopping.failures()) {
            assertTrue(failure.begin() < left, () -> failure + " after it had left");
        }
        Proofs.awaitAgreement(cluster, 2);
    }
}
