package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.Exit;
import io.musher.RestartPolicy;
import io.musher.StartupException;
import io.musher.Worker;
import io.musher.WorkerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The number of workers changes, also while they crash. */
class ScalingIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    @Test
    void shouldScaleUpAndDownAndToZeroAndBack() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1));
        Worker first = cluster.workers().get(0);
        scale(cluster, 3);
        assertEquals(List.of(0, 1, 2), instances(cluster));
        List<Worker> three = cluster.workers();
        scale(cluster, 1);
        assertEquals(List.of(first), cluster.workers(), "the highest instances go first");
        for (Worker gone : three.subList(1, 3)) {
            Exit exit = gone.onExit().get(1, TimeUnit.SECONDS);
            assertTrue(exit.voluntary() && exit.cause() == Exit.Cause.STOPPED, exit::toString);
        }
        scale(cluster, 0);
        assertEquals(List.of(), cluster.workers());
        scale(cluster, 2);
        assertEquals(List.of(0, 1), instances(cluster));
        await("all events").atMost(Duration.ofSeconds(20)).until(() -> scaled().size() == 4);
        assertEquals(List.of("1 to 3", "3 to 1", "1 to 0", "0 to 2"), scaled());
    }

    @Test
    void shouldCompleteSupersededCallsWhenTheNewestNumberIsReached() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1));
        List<CompletableFuture<Void>> calls = List.of(cluster.scale(4), cluster.scale(0), cluster.scale(2));
        for (CompletableFuture<Void> call : calls) {
            call.get(30, TimeUnit.SECONDS);
            assertEquals(2, cluster.stats().ready());
        }
        assertEquals(List.of(0, 1), instances(cluster));
    }

    @Test
    void shouldConvergeWhileWorkersCrash() throws Exception {
        AtomicInteger shots = new AtomicInteger(4);
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1));
        cluster.on(ClusterEvent.Online.class, event -> shoot(event.worker(), shots));
        cluster.on(ClusterEvent.Ready.class, event -> shoot(event.worker(), shots));
        CompletableFuture<Void> four = cluster.scale(4);
        CompletableFuture<Void> three = cluster.scale(3);
        three.get(60, TimeUnit.SECONDS);
        four.get(1, TimeUnit.SECONDS);
        assertEquals(3, cluster.stats().wanted());
        await("all shots, and three that serve").atMost(Duration.ofSeconds(30)).until(() -> shots.get() <= 0
                && instances(cluster).equals(List.of(0, 1, 2))
                && cluster.workers().stream().allMatch(worker -> worker.state() == WorkerState.READY));
    }

    private static void shoot(Worker worker, AtomicInteger shots) {
        if (shots.decrementAndGet() >= 0) {
            ProcessHandle.of(worker.pid().orElseThrow()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void shouldForkIntoTheLowestFreeInstanceWithAnEnvironmentOfItsOwn() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        cluster.workers().get(0).stop().get(30, TimeUnit.SECONDS);
        assertEquals(1, cluster.stats().wanted(), "who is stopped is not replaced");
        Worker forked = cluster.fork(Map.of("FLAVOUR", "%i-%w")).get(30, TimeUnit.SECONDS);
        assertEquals(0, forked.instance());
        assertEquals(3, forked.id());
        assertTrue(StrictHttpClient.fetch(forked.port().orElseThrow(), "/env").contains("\nFLAVOUR=0-3\n"));
        forked.kill();
        Worker heir = clusters.history().awaitReady(0, 3);
        assertTrue(StrictHttpClient.fetch(heir.port().orElseThrow(), "/env").contains("\nFLAVOUR=0-4\n"),
                "a replacement inherits it");
    }

    @Test
    void shouldStopTheWorkerThatIsNotReadyFirst() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        Worker sick = cluster.workers().get(0);
        Worker sound = cluster.workers().get(1);
        StrictHttpClient.fetch(sick.port().orElseThrow(), "/tell?notReady");
        clusters.history().await(ClusterEvent.NotReady.class, event -> event.worker() == sick);
        scale(cluster, 1);
        assertEquals(List.of(sound), cluster.workers());
        assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()));
    }

    @Test
    void shouldReviveAnInstanceThatGaveUp() throws Exception {
        Path needed = Files.createFile(folder.resolve("needed"));
        Cluster cluster = clusters.start(clusters.jvm("needs", needed.toString()).instances(1).commonPort(0)
                .restartPolicy(RestartPolicy.always().withGiveUp(2, Duration.ofMinutes(1))));
        Files.delete(needed);
        cluster.workers().get(0).kill();
        clusters.history().await(ClusterEvent.GaveUp.class, event -> true);
        ClusterStats.SlotStats slot = cluster.stats().slots().get(0);
        assertEquals(ClusterStats.SlotStats.State.GAVE_UP, slot.state());
        assertTrue(slot.reason().contains("exit code 9"), slot::toString);
        assertEquals(List.of("it-1", 2, 9),
                List.of(slot.name(), slot.restarts(), slot.lastExit().orElseThrow().status()));
        assertEquals(3, slot.worker().orElseThrow());
        Files.createFile(needed);
        scale(cluster, 1);
        assertEquals(Integer.toString(cluster.workers().get(0).id()), StrictHttpClient.fetch(cluster.commonPort()));
        assertEquals(ClusterStats.SlotStats.State.READY, cluster.stats().slots().get(0).state());
    }

    @Test
    void shouldRefuseMoreWorkersThanTheMachineCanHave() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1));
        String refusal = refusal(IllegalArgumentException.class, cluster.scale(5_000_000));
        assertTrue(refusal.contains("scale to 5000000") && refusal.contains("48 MiB"), refusal);
        StartupException unborn = assertThrows(StartupException.class,
                () -> clusters.jvm("idle").name("it-too-many").instances(5_000_000).start());
        assertTrue(unborn.getMessage().contains("5000000 instances are more than the limit"), unborn::getMessage);
        scale(cluster, 2);
    }

    @Test
    void shouldRefuseAnInstanceForWhichThereIsNoPort() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(1).startPort(65535));
        String refusal = refusal(IllegalArgumentException.class, cluster.scale(2));
        assertTrue(refusal.contains("limit of 1: startPort 65535") && refusal.contains("65535, the highest"), refusal);
        refusal = refusal(IllegalStateException.class, cluster.fork());
        assertTrue(refusal.contains("limit of 1: startPort 65535"), refusal);
        assertEquals(1, cluster.stats().wanted());
    }

    @Test
    void shouldRefuseAnInstanceThatWouldHaveTheCommonPort() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(clusters.jvm().instances(1).startPort(port - 1).commonPort(port));
        String refusal = refusal(IllegalArgumentException.class, cluster.scale(2));
        assertTrue(refusal.contains("instance 1 port " + port + ", which is the commonPort"), refusal);
        assertTrue(refusal(IllegalStateException.class, cluster.fork()).contains("commonPort"));
    }

    private static String refusal(Class<? extends Exception> type, CompletableFuture<?> refused) {
        Throwable why = assertThrows(ExecutionException.class, () -> refused.get(10, TimeUnit.SECONDS)).getCause();
        assertInstanceOf(type, why);
        return why.getMessage();
    }

    @Test
    void shouldRefuseAfterTheStop() {
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1));
        CompletableFuture<Worker> under = cluster.fork();
        cluster.close();
        assertTrue(under.isDone(), "every future completes, at the latest with the end");
        for (CompletableFuture<?> late : List.of(cluster.fork(), cluster.scale(1))) {
            ExecutionException failed = assertThrows(ExecutionException.class, () -> late.get(5, TimeUnit.SECONDS));
            assertInstanceOf(IllegalStateException.class, failed.getCause());
        }
    }

    private List<String> scaled() {
        return clusters.history().recorded().stream().map(EventHistory.Recorded::event)
                .filter(ClusterEvent.Scaled.class::isInstance).map(ClusterEvent.Scaled.class::cast)
                .map(event -> event.from() + " to " + event.to()).toList();
    }

    private static void scale(Cluster cluster, int instances) throws Exception {
        cluster.scale(instances).get(30, TimeUnit.SECONDS);
        assertEquals(instances, cluster.stats().wanted());
        assertEquals(instances, cluster.stats().ready());
    }

    private static List<Integer> instances(Cluster cluster) {
        return cluster.workers().stream().map(Worker::instance).toList();
    }
}
