package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.Readiness;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import io.musher.Worker;
import io.musher.WorkerContext;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is told when workers end, each in a way of its own: as Node's cluster does it. */
class WorkerExitIT {

    private static final Optional<String> SIGKILL = Optional.of("SIGKILL");

    @RegisterExtension
    final Clusters clusters = new Clusters();

    /** Makes a worker end. */
    private interface End {
        void of(Worker worker) throws Exception;
    }

    @Test
    void shouldTellOneDisconnectAndOneExitWhateverTheCause() throws Exception {
        Map<Integer, Boolean> listed = new ConcurrentHashMap<>();
        Cluster[] cluster = new Cluster[1];
        cluster[0] = clusters.start(clusters.jvm().instances(1).commonPort(0).on(ClusterEvent.Exited.class,
                event -> listed.put(event.worker().id(), cluster[0].worker(event.worker().id()).isPresent())));

        Worker crashed = cluster[0].workers().get(0);
        check(end(crashed, worker -> ask(worker, "/halt?42")), OptionalInt.of(42), Optional.empty(), false,
                Exit.Cause.CRASHED, 42);
        Worker left = replacement(crashed);
        check(end(left, worker -> ask(worker, "/exit?0")), OptionalInt.of(0), Optional.empty(), false,
                Exit.Cause.EXITED, 0);
        Worker shot = replacement(left);
        check(end(shot, worker -> ProcessHandle.of(worker.pid().orElseThrow()).orElseThrow().destroyForcibly()),
                OptionalInt.empty(),
                SIGKILL, false,
                Exit.Cause.CRASHED, 137);
        Worker endless = replacement(shot);
        check(end(endless, worker -> {
            ask(worker, "/spin");
            worker.kill();
        }), OptionalInt.empty(), SIGKILL, false, Exit.Cause.KILLED, 137);
        Worker restarted = replacement(endless);
        check(end(restarted, Worker::restart), OptionalInt.of(0), Optional.empty(), true, Exit.Cause.STOPPED, 0);
        Worker parting = replacement(restarted);
        check(end(parting, worker -> ask(worker, "/tell?disconnect")), OptionalInt.of(0), Optional.empty(), true,
                Exit.Cause.DISCONNECTED, 0);
        Worker sent = replacement(parting);
        check(end(sent, Worker::disconnect), OptionalInt.of(0), Optional.empty(), true, Exit.Cause.DISCONNECTED, 0);
        Worker stopped = forked(cluster[0]);
        check(end(stopped, Worker::stop), OptionalInt.of(0), Optional.empty(), true, Exit.Cause.STOPPED, 0);
        Worker last = forked(cluster[0]);
        check(end(last, worker -> cluster[0].stop()), OptionalInt.of(0), Optional.empty(), true, Exit.Cause.STOPPED, 0);
        clusters.history().await(ClusterEvent.Stopped.class, event -> true);

        List<Worker> all = List.of(crashed, left, shot, endless, restarted, parting, sent, stopped, last);
        for (int i = 0; i < all.size(); i++) {
            Worker worker = all.get(i);
            assertEquals(i + 1, worker.id(), "ids count up and are never reused");
            assertEquals(List.of("Forked", "Online", "Listening", "Ready", "Disconnected", "Exited"),
                    clusters.history().kinds(worker).stream().filter(kind -> !kind.equals("Restarting")).toList());
            assertEquals(Boolean.FALSE, listed.get(worker.id()), worker + " among the workers when its exit was told");
        }
        checkStates(all);
    }

    /** What an event says is true for the worker when it is told. */
    private void checkStates(List<Worker> all) {
        for (Worker worker : all) {
            for (EventHistory.Recorded event : clusters.history().of(worker)) {
                boolean dead = event.kind().equals("Exited") || event.kind().equals("Restarting") && event.dead();
                boolean gone = dead || event.kind().equals("Disconnected");
                assertTrue(event.connected() == !gone || event.kind().equals("Restarting"), event::toString);
                assertTrue(event.dead() == dead || event.kind().equals("Disconnected"), event::toString);
                if (event.kind().equals("Disconnected")) {
                    assertNotEquals(WorkerState.READY, event.state().orElseThrow(), event::toString);
                }
                if (event.kind().equals("Ready") || dead) {
                    assertEquals(dead ? WorkerState.DEAD : WorkerState.READY, event.state().orElseThrow(),
                            event::toString);
                }
            }
        }
    }

    @Test
    void shouldLetAWorkerExitInTheFirstLineOfMain() throws Exception {
        RestartPolicy once = RestartPolicy.always().withDelays(Duration.ofMillis(1), Duration.ofMillis(1)).withGiveUp(3,
                Duration.ofSeconds(60));
        Cluster cluster = clusters.start(clusters.jvm("exit", "7").instances(0).restartPolicy(once));
        cluster.fork();
        ClusterEvent.GaveUp given = clusters.history().await(ClusterEvent.GaveUp.class, event -> true);
        assertEquals(3, given.worker().id());
        ClusterEvent.Exited first = clusters.history().await(ClusterEvent.Exited.class,
                event -> event.worker().id() == 1);
        assertEquals(OptionalInt.of(7), first.exit().code());
        List<String> kinds = clusters.history().kinds(first.worker());
        assertEquals(List.of("Disconnected", "Exited"),
                kinds.stream().filter(kind -> kind.equals("Disconnected") || kind.equals("Exited")).toList());
        assertEquals("Forked", kinds.get(0));
    }

    @Test
    void shouldTellWhatASignalFromElsewhereDid() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("ready").readiness(Readiness.EXPLICIT).instances(2));
        Worker asked = cluster.workers().get(0);
        asked.signal("TERM");
        Exit term = asked.onExit().get(30, TimeUnit.SECONDS);
        assertEquals(List.of(OptionalInt.of(0), false), List.of(term.code(), term.voluntary()),
                "a JVM worker takes SIGTERM for a wish to stop");
        Worker aborted = cluster.workers().stream().filter(worker -> worker.id() == 2).findFirst().orElseThrow();
        aborted.signal("SIGKILL");
        Exit kill = aborted.onExit().get(30, TimeUnit.SECONDS);
        assertEquals(SIGKILL, kill.signal());
        assertFalse(kill.voluntary());
    }

    @Test
    void shouldReplaceAWorkerWhoseProcessOutlivesItsChannel() throws Exception {
        StopPolicy patient = StopPolicy.ofDefaults().withDrain(Duration.ofHours(1)).withKill(Duration.ofHours(1));
        Cluster cluster = clusters.start(
                clusters.any().main(EndsSlowly.class).readiness(Readiness.EXPLICIT).instances(1).stopPolicy(patient));
        Worker slow = cluster.workers().get(0);
        Worker next = clusters.history().awaitReady(0, slow.id());
        assertFalse(slow.isDead(), "it is on its way still");
        assertEquals(List.of(slow, next), cluster.workers());
        slow.kill();
        assertEquals(SIGKILL, slow.onExit().get(30, TimeUnit.SECONDS).signal());
        cluster.workers().forEach(Worker::kill);
    }

    /** The first one exits, and its shutdown hook does not end. */
    static final class EndsSlowly {
        private EndsSlowly() {}

        public static void main(String[] args) {
            WorkerContext me = WorkerContext.current();
            me.ready();
            if (me.id() == 1) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    while (true) {
                        LockSupport.park();
                    }
                }));
                System.exit(3);
            }
        }
    }

    private Exit end(Worker worker, End end) throws Exception {
        end.of(worker);
        return worker.onExit().get(30, TimeUnit.SECONDS);
    }

    /** One more, once its readiness has been told: the future may complete before the listeners hear of it. */
    private Worker forked(Cluster cluster) throws Exception {
        Worker worker = cluster.fork().get(30, TimeUnit.SECONDS);
        clusters.history().await(ClusterEvent.Ready.class, event -> event.worker() == worker);
        return worker;
    }

    private Worker replacement(Worker before) throws InterruptedException {
        return clusters.history().awaitReady(before.instance(), before.id());
    }

    private void check(Exit exit, OptionalInt code, Optional<String> signal, boolean voluntary, Exit.Cause cause,
            int status) {
        assertEquals(new Exit(code, signal, voluntary, cause, status), exit);
    }

    private static void ask(Worker worker, String path) throws Exception {
        StrictHttpClient.fetch(worker.port().orElseThrow(), path);
    }
}
