package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.Rollout;
import io.musher.Worker;
import io.musher.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What can be asked for while a rollout runs, and when none of the workers is any good. */
class RolloutCommandsIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    private static Rollout get(CompletableFuture<Rollout> rollout) throws Exception {
        return rollout.get(60, TimeUnit.SECONDS);
    }

    private static List<Integer> ids(Cluster cluster) {
        return cluster.workers().stream().map(Worker::id).toList();
    }

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatRetries() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0)
                .reloadPolicy(Clusters.AT_ONCE.withOnFailure(ReloadPolicy.OnFailure.RETRY)));
        CompletableFuture<Rollout> broken = cluster.deploy(Launch.main(ScriptedWorker.class).args("exit", "7"));
        clusters.history().await(ClusterEvent.Exited.class, event -> event.worker().id() == 4);
        Rollout cure = get(cluster.deploy(Launch.main(ScriptedWorker.class).args("good")));
        assertTrue(cure.succeeded(), cure::toString);
        assertEquals(Set.of(1, 2), cure.replaced().keySet());
        assertEquals(Rollout.Outcome.SUPERSEDED, get(broken).outcome());
        assertTrue(get(broken).failure().orElseThrow()
                .contains("deploy() was called with main " + ScriptedWorker.class.getName()), get(broken)::toString);
        assertEquals("good", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
    }

    @Test
    void shouldAbortARolloutAndRollBack() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("old").instances(2).commonPort(0)
                .reloadPolicy(Clusters.AT_ONCE.withOnFailure(ReloadPolicy.OnFailure.RETRY)));
        CompletableFuture<Void> done = new CompletableFuture<>();
        cluster.on(ClusterEvent.Ready.class, event -> {
            if (event.worker().id() == 3) {
                cluster.abortRollout().whenComplete((ended, failure) -> done.complete(null));
            }
        });
        CompletableFuture<Rollout> rollout = cluster.deploy(Launch.main(ScriptedWorker.class).args("new"));
        done.get(60, TimeUnit.SECONDS);
        assertEquals(Rollout.Outcome.ABORTED, get(rollout).outcome());
        assertTrue(get(rollout).failure().orElseThrow().contains("aborted"));
        assertEquals(2, get(rollout).kept());
        assertTrue(cluster.stats().rollout().isEmpty());
        for (int i = 0; i < 4; i++) {
            assertEquals("old", StrictHttpClient.fetch(cluster.commonPort(), "/mode"));
        }
        cluster.abortRollout().get(10, TimeUnit.SECONDS);
        cluster.close();
        cluster.abortRollout().get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldBringTheEnvironmentOfTheLatestReload() throws Exception {
        AtomicReference<String> generation = new AtomicReference<>("one");
        Cluster cluster = clusters
                .start(clusters.jvm().instances(2).commonPort(0).env(() -> Map.of("GENERATION", generation.get())));
        generation.set("two");
        CompletableFuture<Rollout> first = cluster.reload();
        clusters.history().await(ClusterEvent.Forked.class, event -> event.worker().id() == 3);
        CompletableFuture<Rollout> same = cluster.reload();
        clusters.history().await(ClusterEvent.Ready.class, event -> event.worker().id() == 3);
        generation.set("three");
        CompletableFuture<Rollout> fresher = cluster.reload();
        for (CompletableFuture<Rollout> each : List.of(first, same, fresher)) {
            assertTrue(get(each).succeeded(), () -> each + " of " + clusters.history());
        }
        for (int i = 0; i < 4; i++) {
            assertTrue(StrictHttpClient.fetch(cluster.commonPort(), "/env").contains("GENERATION=three\n"));
        }
    }

    @Test
    void shouldNotWaitForTheWorkersItIsToCure() throws Exception {
        Cluster cluster = clusters
                .start(clusters.jvm("hang").instances(0).commonPort(0).startTimeout(Duration.ofMinutes(30)));
        CompletableFuture<Void> two = cluster.scale(2);
        clusters.history().await(ClusterEvent.Online.class, event -> event.worker().id() == 2);
        Rollout cure = get(cluster.deploy(Launch.main(ScriptedWorker.class).args("serve")));
        assertTrue(cure.succeeded(), cure::toString);
        assertEquals(Set.of(0, 1), cure.revived().keySet());
        assertEquals(Map.of(), cure.replaced());
        two.get(30, TimeUnit.SECONDS);
        assertEquals(new ArrayList<>(cure.revived().values()).stream().sorted().toList(),
                ids(cluster).stream().sorted().toList());
    }

    @Test
    void shouldTellWhatItHasRevived() throws Exception {
        Path needed = Files.createFile(folder.resolve("needed"));
        Cluster cluster = clusters.start(clusters.jvm("needs", needed.toString()).instances(1).commonPort(0)
                .restartPolicy(RestartPolicy.always().withGiveUp(2, Duration.ofMinutes(1))));
        Files.delete(needed);
        cluster.workers().get(0).kill();
        clusters.history().await(ClusterEvent.GaveUp.class, event -> true);
        Rollout failed = get(cluster.reload());
        assertEquals(Rollout.Outcome.FAILED, failed.outcome());
        assertEquals(0, failed.kept(), "there was none to stay");
        Files.createFile(needed);
        Rollout revived = get(cluster.reload());
        assertTrue(revived.succeeded(), revived::toString);
        assertEquals(Map.of(0, cluster.workers().get(0).id()), revived.revived());
        assertEquals(WorkerState.READY, cluster.workers().get(0).state());
    }

    @Test
    void shouldCompleteAReloadWhoseEnvironmentNeverComesWhenTheClusterStops() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1).env(() -> {
            if (calls.incrementAndGet() > 1) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return Map.of();
        }));
        List<CompletableFuture<Rollout>> reloads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            reloads.add(cluster.reload());
        }
        await("the supplier to be called").atMost(Duration.ofSeconds(20)).until(() -> calls.get() == 2);
        assertEquals(1, Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("it-env"))
                .count());
        cluster.close();
        for (CompletableFuture<Rollout> reload : reloads) {
            assertTrue(reload.isDone());
            assertInstanceOf(IllegalStateException.class,
                    assertThrows(ExecutionException.class, () -> get(reload)).getCause());
        }
        await("the end of the thread").atMost(Duration.ofSeconds(20)).until(() -> Thread.getAllStackTraces().keySet()
                .stream().noneMatch(thread -> thread.getName().equals("it-env")));
        assertEquals(2, calls.get(), "nobody asks after the end");
    }

    @Test
    void shouldTellWhyAReloadCannotBegin() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1).env(() -> {
            if (calls.incrementAndGet() == 2) {
                throw new IllegalStateException("no vault");
            }
            return Map.of();
        }));
        ExecutionException failed = assertThrows(ExecutionException.class, () -> get(cluster.reload()));
        assertEquals("no vault", failed.getCause().getMessage());
        assertTrue(get(cluster.reload()).succeeded());
    }

    @Test
    void shouldLogAReloadBySignalThatFails() throws Exception {
        Child primary = hangsUp("env", "--default-signal=HUP");
        primary.awaitLine("up");
        primary.signal("HUP");
        primary.awaitLine("the reload requested by SIGHUP has failed.*no vault");
        assertTrue(primary.isAlive());
        primary.signal("HUP");
        primary.awaitLine("the rollout is complete");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
    }

    @Test
    void shouldNotLogAReloadBySignalThatTheStopEndsAsFailed() throws Exception {
        Child primary = hangsUp("env", "--default-signal=HUP", "MUSHER_TEST_BLOCKS=1");
        primary.awaitLine("up");
        primary.signal("HUP");
        primary.awaitLine("asked for the environment");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
        assertFalse(primary.report().contains("SIGHUP has failed"), primary::report);
    }

    @Test
    void shouldSayThatReloadOnHangupHasNoEffectUnderNohup() throws Exception {
        Child primary = hangsUp("sh", "-c", "trap '' HUP; exec \"$@\"", "sh");
        primary.awaitLine("reloadOnSighup has no effect");
        primary.awaitLine("up");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
    }

    /** Started by a command that sets what SIGHUP does: these tests may run under nohup themselves. */
    private Child hangsUp(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(Child.java(), "-cp", System.getProperty("java.class.path"), HangsUp.class.getName()));
        return children.start(new ProcessBuilder(words));
    }

    /** A primary whose environment cannot be had at the first reload, or not yet. */
    static final class HangsUp {
        private HangsUp() {}

        public static void main(String[] args) {
            AtomicInteger calls = new AtomicInteger();
            Cluster.builder().instances(1).main(ScriptedWorker.class).args("idle").reloadOnSighup(true).env(() -> {
                if (calls.incrementAndGet() == 2) {
                    System.out.println("asked for the environment");
                    if (System.getenv("MUSHER_TEST_BLOCKS") != null) {
                        LockSupport.park();
                    }
                    throw new IllegalStateException("no vault");
                }
                return Map.of();
            }).start();
            System.out.println("up");
        }
    }
}
