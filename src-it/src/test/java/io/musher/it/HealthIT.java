package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.HealthCheck;
import io.musher.Readiness;
import io.musher.Worker;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers that run and do not work: they lose their traffic, say where they hang, and are replaced. */
class HealthIT {

    private static final Duration OFTEN = Duration.ofMillis(100);

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private Cluster start(int instances, HealthCheck... checks) {
        return clusters.start(clusters.jvm().instances(instances).commonPort(0).healthCheck(checks));
    }

    /** On a busy machine an answer may take its time; a worker that hangs gives none at all. */
    private static HealthCheck often(HealthCheck check) {
        return check.withInterval(OFTEN).withTimeout(Duration.ofSeconds(1)).withFall(2);
    }

    private ClusterEvent.Exited replaced(Worker worker) throws Exception {
        ClusterEvent.Exited exited = clusters.history().await(ClusterEvent.Exited.class, worker);
        assertEquals(Exit.Cause.UNHEALTHY, exited.exit().cause());
        assertTrue(!exited.exit().voluntary() && exited.reason().contains("health check"), exited::reason);
        clusters.history().awaitReady(worker.instance(), worker.id());
        return exited;
    }

    @Test
    void shouldReplaceAWorkerThatIsHalted() throws Exception {
        Cluster cluster = start(2, often(HealthCheck.heartbeat()));
        Worker halted = cluster.workers().get(0);
        halted.signal("STOP");
        await("it loses its traffic").atMost(Duration.ofSeconds(20)).until(() -> halted.state() != WorkerState.READY);
        assertTrue(cluster.explain(halted).contains("heartbeat"), () -> cluster.explain(halted));
        for (int i = 0; i < 4; i++) {
            assertTrue(List.of("2", "3").contains(StrictHttpClient.fetch(cluster.commonPort())), "the service goes on");
        }
        ClusterEvent.Exited exited = replaced(halted);
        assertEquals(Optional.of("SIGKILL"), exited.exit().signal());
        assertEquals(Optional.empty(), exited.threadDump(), "it could not say where it was");
    }

    @Test
    void shouldTellWhereADeadlockIsInTheExitedEvent() throws Exception {
        Cluster cluster = start(2, often(HealthCheck.http("/health")));
        Worker stuck = cluster.workers().get(1);
        stuck.send("deadlock");
        ClusterEvent.Exited exited = replaced(stuck);
        String threads = exited.threadDump().orElseThrow();
        assertTrue(threads.contains("Found one Java-level deadlock") && threads.contains("\"this-way\""), threads);
        assertEquals(Optional.empty(), exited.exit().signal(), "it heard the stop, and did so");
    }

    @Test
    void shouldTieHeartbeatsToTheApplication() throws Exception {
        for (String ill : List.of("be lifeless", "be moody")) {
            Cluster cluster = start(1, often(HealthCheck.heartbeat()));
            Worker worker = cluster.workers().get(0);
            worker.send("be alive");
            worker.send(ill);
            ClusterEvent.Exited exited = replaced(worker);
            assertTrue(exited.threadDump().orElseThrow().contains("musher-channel"), exited.threadDump()::toString);
            cluster.close();
        }
    }

    @Test
    void shouldNotTakeABusyListenerForAHang() throws Exception {
        Cluster cluster = start(1, HealthCheck.heartbeat().withInterval(Duration.ofMillis(20))
                .withTimeout(Duration.ofSeconds(1)).withFall(2));
        Worker busy = cluster.workers().get(0);
        busy.send("spin");
        await("the end of it").atMost(Duration.ofSeconds(20))
                .until(() -> clusters.history().output().contains("has spun"));
        assertEquals(List.of(busy), cluster.workers());
        assertEquals(WorkerState.READY, busy.state());
    }

    @Test
    void shouldKeepTrafficAwayWhileItIsNotReadyAndReplaceNobody() throws Exception {
        Cluster cluster = start(2, often(HealthCheck.http("/health").asReadiness()).withFall(1));
        Worker ill = cluster.workers().get(0);
        ill.send("be ill");
        ClusterEvent.NotReady event = clusters.history().await(ClusterEvent.NotReady.class, ill);
        assertTrue(event.reason().contains("GET /health") && event.reason().contains("status 503"), event::reason);
        Proofs.awaitTargets(cluster, 1);
        for (int i = 0; i < 4; i++) {
            assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()));
        }
        ill.send("be well");
        await("its traffic is back").atMost(Duration.ofSeconds(20)).until(() -> ill.state() == WorkerState.READY);
        assertEquals(List.of(1, 2), cluster.workers().stream().map(Worker::id).toList());
    }

    @Test
    void shouldNotBeReadyBeforeAReadinessCheckIsPassed() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("ill").instances(0).commonPort(0)
                .healthCheck(often(HealthCheck.http("/health").asReadiness())));
        CompletableFuture<Worker> forked = cluster.fork();
        Worker ill = clusters.history().await(ClusterEvent.Online.class, event -> true).worker();
        await("it is told what keeps it").atMost(Duration.ofSeconds(20))
                .until(() -> cluster.explain(ill).contains("its port accepts, but its health check")
                        && cluster.explain(ill).contains("status 503"));
        assertEquals(WorkerState.ONLINE, ill.state());
        ill.send("be well");
        assertEquals(ill, forked.get(20, TimeUnit.SECONDS));
    }

    @Test
    void shouldReplaceACommandThatHasJoinedAndDoesNotAnswerHeartbeats() throws Exception {
        Cluster cluster = clusters.start(clusters.command(Child.java(), "-cp",
                System.getProperty("java.class.path"), ScriptedWorker.class.getName(), "lifeless").instances(1)
                .readiness(Readiness.EXPLICIT).healthCheck(often(HealthCheck.heartbeat())));

        replaced(cluster.workers().get(0));
    }
}
