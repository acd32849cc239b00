package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.RestartPolicy;
import io.musher.Worker;
import io.musher.WorkerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are replaced, given up, revived, or let go. */
class RestartIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    @Test
    void shouldServeWithoutAGapWhileTheOnlyWorkerIsReplaced() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(1).commonPort(0));
        Worker first = cluster.workers().get(0);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger answers = new AtomicInteger();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread client = Threads.start("client", () -> {
            try {
                while (!done.get()) {
                    StrictHttpClient.fetch(cluster.commonPort());
                    answers.incrementAndGet();
                }
            } catch (Exception e) {
                failure.set(e);
            }
        });
        Worker second = first.restart().get(30, TimeUnit.SECONDS);
        first.onExit().get(30, TimeUnit.SECONDS);
        done.set(true);
        Threads.join(client);
        assertNull(failure.get());
        assertTrue(answers.get() > 10, answers::toString);
        assertEquals(List.of(second), cluster.workers());
        assertEquals(0, second.restarts(), "only the policy's replacements are counted");
    }

    @Test
    void shouldKeepAPromisedPortWhenAWorkerIsReplaced() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(clusters.jvm().instances(1).startPort(port));
        Worker first = cluster.workers().get(0);
        assertEquals(OptionalInt.of(port), first.port());
        Worker second = first.restart().get(30, TimeUnit.SECONDS);
        assertEquals(OptionalInt.of(port), second.port());
        assertTrue(first.isDead(), "it had to go first");
        assertEquals("2", StrictHttpClient.fetch(port));
    }

    @Test
    void shouldGiveUpOneInstanceAndReviveItOnDemand() throws Exception {
        Files.createFile(folder.resolve("0"));
        RestartPolicy impatient = RestartPolicy.always().withDelays(Duration.ofMillis(1), Duration.ofMillis(5))
                .withGiveUp(3, Duration.ofSeconds(60));
        Cluster cluster = clusters
                .start(clusters.jvm("needs", folder + "/%i").instances(1).commonPort(0).restartPolicy(impatient));
        CompletableFuture<Worker> forked = cluster.fork();
        ExecutionException failed = assertThrows(ExecutionException.class, () -> forked.get(30, TimeUnit.SECONDS));
        assertInstanceOf(IllegalStateException.class, failed.getCause());
        ClusterEvent.GaveUp given = clusters.history().await(ClusterEvent.GaveUp.class, event -> true);
        assertEquals(1, given.worker().instance());
        assertEquals(3, given.worker().id() - cluster.workers().get(0).id());
        assertEquals(1, cluster.stats().ready(), "the others serve");
        assertTrue(cluster.explain(given.worker()).contains("given up"), () -> cluster.explain(given.worker()));

        Files.createFile(folder.resolve("1"));
        Worker revived = given.worker().restart().get(30, TimeUnit.SECONDS);
        assertEquals(1, revived.instance());
        assertEquals(2, cluster.stats().ready());
    }

    @Test
    void shouldLetADisconnectedWorkerLiveUntilItEndsByItself() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("stay").instances(2).commonPort(0));
        Worker leaving = cluster.workers().get(0);
        leaving.disconnect();
        clusters.history().await(ClusterEvent.Disconnected.class, leaving);
        assertEquals(WorkerState.DETACHED, leaving.state());
        assertFalse(leaving.isConnected() || leaving.isDead());
        assertTrue(cluster.workers().contains(leaving), "it is a process still");
        assertEquals(1, cluster.stats().wanted());
        for (int i = 0; i < 4; i++) {
            assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()), "only the other one gets connections");
        }
        int own = leaving.port().orElseThrow();
        assertEquals("1", StrictHttpClient.fetch(own), "it may finish what it has to do");
        StrictHttpClient.fetch(own, "/exit?3");
        Exit exit = leaving.onExit().get(30, TimeUnit.SECONDS);
        assertEquals(List.of(OptionalInt.of(3), true, Exit.Cause.DISCONNECTED),
                List.of(exit.code(), exit.voluntary(), exit.cause()));
        assertEquals(List.of(2), cluster.workers().stream().map(Worker::id).toList(), "nobody follows");
    }
}
