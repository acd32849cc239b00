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
import io.musher.WorkerState;
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

    /** From what is told of a worker's end until the balancer has read the ends of its connections. */
    private static final long READING_NANOS = 200_000_000L;

    /** From before a kill until the end was told. */
    private record Kill(long begin, long end) {}

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private Kill kill(List<Worker> workers) throws Exception {
        long begin = System.nanoTime();
        for (Worker worker : workers) {
            ProcessHandle.of(worker.pid().orElseThrow()).ifPresent(ProcessHandle::destroyForcibly);
        }
        for (Worker worker : workers) {
            clusters.history().await(ClusterEvent.Exited.class, worker);
        }
        return new Kill(begin, System.nanoTime());
    }

    /** Every failure was in flight at a kill, and was told at once. */
    private static void assertInFlight(OpenLoopLoad shopping, List<Kill> kills) {
        for (OpenLoopLoad.Failure failure : shopping.failures()) {
            boolean inFlight = kills.stream()
                    .anyMatch(kill -> failure.begin() - kill.end < READING_NANOS && failure.end() - kill.begin >= 0);
            assertTrue(inFlight && List.of("reset", "short").contains(failure.kind()),
                    () -> failure + "\n" + shopping.figures());
        }
    }

    @Test
    void shouldLoseOnlyWhatIsInFlightOnAKilledWorker() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters).instances(4).restartPolicy(RestartPolicy.always())
                .stopPolicy(StopPolicy.ofDefaults()));
        Random random = new Random(5);
        List<Kill> kills = new ArrayList<>();
        long descriptors = new LinuxProcess(ProcessHandle.current().pid()).descriptors();
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        try (shopping) {
            for (int i = Proofs.many(60, 8); i > 0; i--) {
                shopping.awaitMore(OpenLoopLoad.RATE);
                List<Worker> workers = cluster.workers();
                kills.add(kill(List.of(workers.get(random.nextInt(workers.size())))));
            }
            shopping.awaitMore(OpenLoopLoad.RATE);
        }
        Proofs.tell(kills.size() + " kills", shopping);
        assertInFlight(shopping, kills);
        assertTrue(shopping.ended() <= kills.size(),
                () -> "clients who were owed nothing lost their connections: " + shopping.figures());
        Proofs.awaitAgreement(cluster, 4);
        await("as many descriptors as before").atMost(Duration.ofSeconds(20))
                .until(() -> new LinuxProcess(ProcessHandle.current().pid()).descriptors() <= descriptors + 2);
    }

    @Test
    void shouldSeeConnectionsEndWithTheirWorkerWhereTheyAreNotMoved() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters).balancer(balancer -> balancer.moveKeepAlive(false)));
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        int kills = 0;
        try (shopping) {
            while (shopping.ended() <= kills && kills < 10) {
                shopping.awaitMore(OpenLoopLoad.RATE);
                kill(List.of(cluster.workers().get(kills % 2))); // the other one's share still grows
                kills++;
            }
        }
        Proofs.tell(kills + " kills without moving", shopping);
        assertTrue(shopping.ended() > kills, "the load does not see what it is for");
    }

    @Test
    void shouldServeThoseWhoWaitedWhenAllWorkersWereKilledAtOnce() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters));
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        Kill kill;
        long back;
        try (shopping) {
            shopping.awaitMore(OpenLoopLoad.RATE);
            kill = kill(cluster.workers());
            clusters.history().await(ClusterEvent.Ready.class, event -> event.worker().id() > 2);
            back = System.nanoTime();
            shopping.awaitMore(OpenLoopLoad.RATE);
        }
        Proofs.tell("all workers killed at once, the first one ready after " + (back - kill.begin) / 1_000_000 + " ms",
                shopping);
        assertInFlight(shopping, List.of(kill));
        Proofs.awaitAgreement(cluster, 2);
    }

    @Test
    void shouldTakeTrafficFromAHaltedWorkerAndReplaceIt() throws Exception {
        HealthCheck check = HealthCheck.heartbeat().withInterval(Duration.ofMillis(250))
                .withTimeout(Duration.ofMillis(500)).withFall(3);
        Cluster cluster = clusters.start(Proofs.shops(clusters).healthCheck(check));
        Worker halted = cluster.workers().get(0);
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        long halt;
        long left;
        long gone;
        try (shopping) {
            shopping.awaitMore(OpenLoopLoad.RATE);
            halt = System.nanoTime();
            halted.signal("STOP");
            await("its traffic leaves it").atMost(Duration.ofSeconds(20)).pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> halted.state() != WorkerState.READY);
            left = System.nanoTime();
            ClusterEvent.Exited exited = clusters.history().await(ClusterEvent.Exited.class, halted);
            assertEquals(Exit.Cause.UNHEALTHY, exited.exit().cause());
            gone = System.nanoTime();
            clusters.history().awaitReady(0, halted.id());
            shopping.awaitMore(OpenLoopLoad.RATE);
        }
        Proofs.tell(String.format(
                "a worker halted; three heartbeats, 250 ms apart, with 500 ms each: "
                        + "no traffic after %d ms, killed after %d ms",
                (left - halt) / 1_000_000, (gone - halt) / 1_000_000), shopping);
        for (OpenLoopLoad.Failure failure : shopping.failures()) {
            assertTrue(failure.begin() - left < READING_NANOS, () -> failure + " after it had left");
        }
        Proofs.awaitAgreement(cluster, 2);
    }
}
