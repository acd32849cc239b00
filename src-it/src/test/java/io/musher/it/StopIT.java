package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.Readiness;
import io.musher.StopPolicy;
import io.musher.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The stop sequence: withdraw from the balancer, drain, stop, and SIGKILL at the deadline. */
class StopIT {

    /** Neither it nor its child ends on SIGTERM. */
    private static final String DEAF = "trap '' TERM; sleep 300 & while :; do sleep 300; done";

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldLetARunningRequestEndBeforeTheWorkerDoes() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(1).commonPort(0).stopPolicy(StopPolicy.ofDefaults()));
        Worker worker = cluster.workers().get(0);
        try (StrictHttpClient caller = new StrictHttpClient(cluster.commonPort())) {
            caller.send("GET /hold HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
            await("the request to arrive", "held");
            CompletableFuture<Exit> exit = worker.stop();
            await("the worker to hear of it", "worker 1 drains");
            assertFalse(exit.isDone());
            StrictHttpClient.fetch(worker.port().orElseThrow(), "/release");
            assertEquals("released", caller.answer());
            caller.hangUp();
            assertEquals(Exit.Cause.STOPPED, exit.get(30, TimeUnit.SECONDS).cause());
        }
        assertTrue(clusters.history().output().contains("worker 1 stops"), "its hooks run");
    }

    @Test
    void shouldCutAtTheDrainDeadline() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(1).commonPort(0)
                .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofMillis(300))));
        try (StrictHttpClient caller = new StrictHttpClient(cluster.commonPort())) {
            caller.send("GET /hold HTTP/1.1\r\nHost: it\r\n\r\n");
            await("the request to arrive", "held");
            assertTrue(cluster.workers().get(0).stop().get(30, TimeUnit.SECONDS).voluntary());
        }
    }

    @Test
    void shouldKillADeafCommandAndItsChildrenAtTheDeadline() throws Exception {
        StopPolicy soon = StopPolicy.ofDefaults().withKill(Duration.ofMillis(400));
        Cluster cluster = clusters.start(clusters.command("sh", "-c", DEAF).instances(1).stopPolicy(soon));
        Worker worker = cluster.workers().get(0);
        assertEquals(3, clusters.alive().size(), "a shell, and two it started");
        Exit exit = worker.stop().get(30, TimeUnit.SECONDS);
        assertEquals(List.of(Optional.of("SIGKILL"), true, Exit.Cause.STOPPED),
                List.of(exit.signal(), exit.voluntary(), exit.cause()));
        assertEquals(0, clusters.alive().size(), "an exit is told when nothing is left");
    }

    @Test
    void shouldKillAWorkerWhoseHookDoesNotEnd() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("stubborn").readiness(Readiness.EXPLICIT).instances(2)
                .stopPolicy(StopPolicy.ofDefaults().withKill(Duration.ofMillis(400))));
        List<Worker> workers = cluster.workers();
        cluster.stop().get(30, TimeUnit.SECONDS);
        for (Worker worker : workers) {
            assertEquals(Optional.of("SIGKILL"), worker.onExit().get(1, TimeUnit.SECONDS).signal());
        }
        assertTrue(clusters.history().output().contains("does not stop"));
    }

    @Test
    void shouldServeDuringThePreStopDelay() throws Exception {
        Duration delay = Duration.ofMillis(1_500);
        Cluster cluster = clusters.start(
                clusters.jvm().instances(2).commonPort(0).stopPolicy(StopPolicy.ofDefaults().withPreStopDelay(delay)));
        Worker one = cluster.workers().get(0);
        long before = System.nanoTime();
        CompletableFuture<Exit> exit = one.stop();
        await("the worker to hear of it", "worker 1 drains");
        assertEquals("1", StrictHttpClient.fetch(one.port().orElseThrow()), "who still knows its port is served");
        assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()));
        exit.get(30, TimeUnit.SECONDS);
        long middle = System.nanoTime();
        assertTrue(middle - before >= delay.toNanos(), "it waits");

        CompletableFuture<Void> end = cluster.stop();
        assertEquals("2", StrictHttpClient.fetch(cluster.commonPort()), "the last ones serve on");
        end.get(30, TimeUnit.SECONDS);
        assertTrue(System.nanoTime() - middle >= delay.toNanos(), "and wait as well");
    }

    @Test
    void shouldStopTwiceFromAListenerAndWhileWorkersCrash() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(3));
        cluster.on(ClusterEvent.Exited.class, event -> {
            cluster.close(); // waits, on the very thread that tells what it waits for
            closed.countDown();
        });
        cluster.workers().forEach(
                worker -> ProcessHandle.of(worker.pid().orElseThrow()).ifPresent(ProcessHandle::destroyForcibly));
        assertTrue(closed.await(30, TimeUnit.SECONDS));
        cluster.stop().get(1, TimeUnit.SECONDS);
        cluster.awaitStop();
        cluster.close();
        assertEquals(List.of(), cluster.workers());
        clusters.history().await(ClusterEvent.Stopped.class, event -> true);
        assertEquals(1, clusters.history().recorded().stream().filter(event -> event.kind().equals("Stopped")).count());
    }

    @Test
    void shouldStopDuringTheStart() throws Exception {
        Child primary = children.java(NeverReady.class);
        primary.awaitLine("Forked 2");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(30)), primary::report);
        for (int id = 1; id <= 2; id++) {
            primary.awaitLine("Exited " + id + " code \\S+ signal \\S+ voluntary true");
        }
    }

    @Test
    void shouldLeaveSignalsToAProgramThatHandlesThem() throws Exception {
        Child primary = children.java(OwnShutdown.class);
        primary.awaitLine("READY", Duration.ofSeconds(30));
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(30)), primary::report);
        assertTrue(primary.stdout().contains("the program's hook finds 1 worker(s)"), primary::report);
        assertTrue(primary.stdout().contains("Exited 1 code"), primary::report);
    }

    @Test
    void shouldKillAtTheSecondSignal() throws Exception {
        Child primary = children.java(Patient.class);
        primary.awaitLine("READY", Duration.ofSeconds(30));
        primary.signal("TERM");
        primary.awaitLine("does not stop");
        killsWithAnother(primary);
    }

    @Test
    void shouldTakeTwoSignalsInQuickSuccessionForOne() throws Exception {
        Child primary = children.java(Patient.class);
        primary.awaitLine("READY", Duration.ofSeconds(30));
        children.command("sh", "-c", "kill -TERM $1; sleep 0.05; kill -TERM $1", "sh", Long.toString(primary.pid()));
        primary.awaitLine("SIGTERM ignored");
        primary.awaitLine("does not stop");
        assertFalse(primary.stdout().contains("Exited 1"), primary::report);
        killsWithAnother(primary);
    }

    /** A signal counts as another one when it comes a second after the first, so they are sent until that. */
    private static void killsWithAnother(Child primary) throws Exception {
        Awaitility.await("a kill").atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(300)).until(() -> {
            if (!primary.stdout().contains("Exited 1")) {
                Child.signal("TERM", primary.pid());
            }
            return primary.stdout().contains("Exited 1");
        });
        primary.awaitLine("Exited 1 code -1 signal SIGKILL");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(20)), primary::report);
    }

    private void await(String what, String output) {
        Awaitility.await(what).atMost(Duration.ofSeconds(20)).until(() -> clusters.history().output().contains(output));
    }

    /** A primary that stops its cluster itself, when the JVM ends. */
    static final class OwnShutdown {

        private OwnShutdown() {}

        public static void main(String[] args) {
            Cluster cluster = Cluster.builder().command("sleep", "300").instances(1).signals(false).shutdownHook(false)
                    .on(ClusterEvent.class, SelfForkingProgram::print).start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                System.out.println("the program's hook finds " + cluster.workers().size() + " worker(s)");
                cluster.close();
            }));
            System.out.println("READY");
        }
    }

    /** A primary whose start takes for ever. */
    static final class NeverReady {
        private NeverReady() {}

        public static void main(String[] args) {
            Cluster.builder().instances(2).commonPort(0).main(ScriptedWorker.class).args("hang")
                    .on(ClusterEvent.Forked.class, event -> System.out.println("Forked " + event.worker().id()))
                    .on(ClusterEvent.class, SelfForkingProgram::print).start();
        }
    }

    /** A primary that would give its workers an hour. */
    static final class Patient {
        private Patient() {}

        public static void main(String[] args) {
            Cluster.builder().instances(1).main(ScriptedWorker.class).args("stubborn").readiness(Readiness.EXPLICIT)
                    .stopPolicy(StopPolicy.ofDefaults().withKill(Duration.ofHours(1)))
                    .on(ClusterEvent.class, SelfForkingProgram::print).start();
            System.out.println("READY");
        }
    }
}
