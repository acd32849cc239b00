package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ClusterStats.RolloutStats;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class RolloutTest {

    private final SupervisorFixture stage = new SupervisorFixture();

    /** Its connections end, and it follows. */
    private void leaves(Incarnation worker) {
        assertEquals(WorkerState.DRAINING, worker.state());
        stage.events.drained(worker);
        stage.exits(worker, 0);
    }

    private Incarnation latest() {
        return stage.spawned.get(stage.spawned.size() - 1);
    }

    private List<String> generations() {
        return stage.published.stream().map(worker -> worker.generation().toString()).toList();
    }

    private List<Integer> ids() {
        return stage.published.stream().map(Incarnation::id).toList();
    }

    @Test
    void shouldReplaceOneWorkerAfterTheOther() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.assertDeeds("spawn 3");
        stage.serve(stage.worker(3));
        assertEquals(List.of(3, 2), ids(), "the old one leaves when the new one is there");
        assertEquals(3, stage.spawned.size(), "and the next waits until it is gone");
        leaves(stage.worker(1));
        assertEquals(4, stage.spawned.size());
        assertFalse(rolled.isDone());
        stage.serve(stage.worker(4));
        assertFalse(rolled.isDone());
        leaves(stage.worker(2));
        assertEquals(new Rollout(Rollout.Outcome.SUCCEEDED, Map.of(1, 3, 2, 4), Map.of(), Optional.empty(), "", 0),
                rolled.join());
        assertEquals(List.of("second", "second"), generations());
        stage.forget();
        stage.exits(stage.worker(3), 1);
        assertEquals("second", latest().generation().toString(), "what is in force from now on");
    }

    @Test
    void shouldReplaceABatchAtOnce() {
        stage.with(ReloadPolicy.ofDefaults().withBatch(2)).running(3);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        assertEquals(5, stage.spawned.size());
        stage.serve(stage.worker(4));
        leaves(stage.worker(1));
        assertEquals(6, stage.spawned.size());
        stage.serve(stage.worker(5));
        stage.serve(stage.worker(6));
        leaves(stage.worker(2));
        leaves(stage.worker(3));
        assertEquals(Map.of(1, 4, 2, 5, 3, 6), rolled.join().replaced());
    }

    @Test
    void shouldKeepTheOldOnesWhenAReplacementExits() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 7);
        Rollout failed = rolled.join();
        assertEquals("worker 3 (instance 0) exit code 7 (never became ready)", failed.failure().orElseThrow());
        assertEquals("output of 3", failed.lastOutput());
        assertEquals(Map.of(), failed.replaced());
        assertEquals(List.of(1, 2), ids());
        stage.pass(60_000);
        assertEquals(3, stage.spawned.size(), "that was all");
        stage.exits(stage.worker(1), 1);
        assertEquals("first", latest().generation().toString());
    }

    @Test
    void shouldKeepTheOldOnesWhenAReplacementIsNotReadyInTime() {
        stage.running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.born(stage.worker(2));
        stage.events.hello(stage.worker(2));
        stage.pass(60_000);
        assertFalse(rolled.isDone(), "it is on its way out");
        stage.exits(stage.worker(2), 0);
        assertTrue(rolled.join().failure().orElseThrow().contains("startTimeout"), rolled.join()::toString);
        assertEquals(List.of(1), ids());
    }

    @Test
    void shouldGiveNoTrafficToAReplacementThatSoaks() {
        stage.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(2));
        assertEquals(List.of(1), ids());
        assertEquals(WorkerState.ONLINE, stage.worker(2).state());
        assertTrue(stage.worker(2).why().contains("PT5S"), stage.worker(2).why());
        stage.pass(4_999);
        stage.events.ready(stage.worker(2));
        assertEquals(List.of(1), ids(), "saying it again changes nothing");
        stage.pass(1);
        assertEquals(List.of(2), ids());
        leaves(stage.worker(1));
        assertTrue(rolled.join().failure().isEmpty());
        stage.exits(stage.worker(2), 1);
        stage.serve(latest());
        assertEquals(1, ids().size(), "outside of a rollout nobody soaks");
    }

    @Test
    void shouldKeepTheOldOnesWhenAReplacementFailsInItsSoakTime() {
        stage.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(3));
        stage.pass(3_000);
        stage.events.channelEnded(stage.worker(3), false);
        stage.exits(stage.worker(3), 1);
        assertTrue(rolled.join().failure().orElseThrow().contains("in its soak time"), rolled.join()::toString);
        stage.pass(10_000);
        assertEquals(List.of(1, 2), ids());
    }

    @Test
    void shouldWaitWithTheEndOfTheSoakForAWorkerThatIsNotReady() {
        stage.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(1);
        stage.roll("second");
        stage.serve(stage.worker(2));
        stage.events.notReady(stage.worker(2));
        stage.pass(5_000);
        assertEquals(List.of(1), ids());
        stage.events.ready(stage.worker(2));
        assertEquals(List.of(2), ids());
    }

    @Test
    void shouldNotWaitForEverForAWorkerThatIsNotReadyAfterItsSoak() {
        stage.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(2));
        stage.events.notReady(stage.worker(2));
        stage.pass(65_000);
        stage.exits(stage.worker(2), 0);
        assertTrue(rolled.join().failure().isPresent());
        assertEquals(List.of(1), ids());
    }

    @Test
    void shouldRollBackWhatWasReplaced() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        stage.born(stage.worker(4));
        stage.exits(stage.worker(4), 1);
        assertEquals("first", latest().generation().toString());
        assertEquals(List.of(3, 2), ids(), "the new one serves until its successor is there");
        stage.serve(stage.worker(5));
        leaves(stage.worker(3));
        assertEquals(List.of("first", "first"), generations());
        assertTrue(rolled.join().failure().orElseThrow().startsWith("worker 4 (instance 1)"));
    }

    @Test
    void shouldRollBackOnceAndThenLeaveItToThePolicy() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        stage.born(stage.worker(4));
        stage.exits(stage.worker(4), 1);
        stage.born(stage.worker(5));
        stage.exits(stage.worker(5), 1);
        assertTrue(rolled.isDone(), "the old edition does not start any more");
        assertEquals(List.of(3, 2), ids());
    }

    @Test
    void shouldTryAgainWithAGrowingDelay() {
        stage.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        for (int id = 2; id <= 4; id++) {
            stage.born(stage.worker(id));
            stage.exits(stage.worker(id), 1);
            assertEquals(List.of(1), ids());
            long delay = 100L << id - 2;
            stage.pass(delay - 1);
            assertEquals(id, stage.spawned.size());
            stage.pass(1);
            assertEquals(id + 1, stage.spawned.size());
        }
        stage.serve(stage.worker(5));
        leaves(stage.worker(1));
        assertEquals(Map.of(1, 5), rolled.join().replaced());
    }

    @Test
    void shouldReplaceACrashedOldWorkerByAnOldOneAndRollThatLater() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.pass(2_000);
        stage.exits(stage.worker(2), 1);
        assertEquals("first", latest().generation().toString());
        stage.serve(stage.worker(4));
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        assertEquals("second", latest().generation().toString());
        stage.serve(stage.worker(5));
        leaves(stage.worker(4));
        assertEquals(Map.of(1, 3, 4, 5), rolled.join().replaced());
    }

    @Test
    void shouldFillAnEmptyPlaceWithTheNewEdition() {
        stage.running(1);
        stage.exits(stage.worker(1), 1);
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1); // the next one waits
        CompletableFuture<Rollout> rolled = stage.roll("second");
        assertEquals(3, stage.spawned.size());
        assertEquals("second", latest().generation().toString());
        stage.serve(latest());
        assertTrue(rolled.join().failure().isEmpty());
    }

    @Test
    void shouldTakeTheOldEditionWhenBothTheOldOneAndItsReplacementDie() {
        stage.running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.pass(2_000);
        stage.born(stage.worker(2));
        stage.exits(stage.worker(1), 1);
        stage.exits(stage.worker(2), 1);
        assertEquals("first", latest().generation().toString());
        assertTrue(rolled.join().failure().isPresent());
        stage.serve(latest());
        assertEquals(List.of(3), ids());
    }

    @Test
    void shouldFollowAScaleInTheMiddle() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.scale(3);
        stage.serve(stage.worker(4));
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        stage.serve(stage.worker(5));
        leaves(stage.worker(2));
        assertEquals(2, latest().instance());
        stage.scale(2);
        stage.born(stage.worker(6));
        assertTrue(rolled.isDone(), "nobody wants the third any more");
        assertTrue(rolled.join().failure().isEmpty());
        assertEquals("second", stage.published.get(0).generation().toString());
    }

    @Test
    void shouldEndWithTheCluster() {
        stage.running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.stop();
        assertInstanceOf(IllegalStateException.class, assertThrows(CompletionException.class, rolled::join).getCause());
        assertTrue(stage.news.contains("rollout failed {}"), stage.news::toString);
    }

    @Test
    void shouldSucceedWithoutWorkers() {
        stage.running(1);
        stage.scale(0);
        leaves(stage.worker(1));
        assertTrue(stage.roll("second").join().failure().isEmpty());
        stage.scale(1);
        assertEquals("second", latest().generation().toString());
    }

    @Test
    void shouldStopFirstWherePortsAreFixed() {
        stage.with(PortMode.FIXED).running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        assertEquals(2, stage.spawned.size());
        leaves(stage.worker(1));
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 1);
        assertEquals("first", latest().generation().toString());
        assertTrue(rolled.join().failure().isPresent());
        stage.serve(stage.worker(4));
        assertEquals(List.of(4, 2), ids());
    }

    @Test
    void shouldTellWhoReplacedWhomWherePortsAreFixed() {
        stage.with(PortMode.FIXED).running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        leaves(stage.worker(1));
        stage.serve(stage.worker(2));
        assertEquals(Map.of(1, 2), rolled.join().replaced());
    }

    /** It may hold its port for hours. */
    @Test
    void shouldNotWaitForAFixedPortThatADisconnectedWorkerHolds() {
        stage.with(PortMode.FIXED).running(2);
        stage.events.disconnectRequested(stage.worker(1));
        stage.events.drained(stage.worker(1));
        assertEquals(WorkerState.DETACHED, stage.worker(1).state());
        CompletableFuture<Rollout> rolled = stage.roll("second");
        leaves(stage.worker(2));
        stage.serve(latest());
        assertTrue(rolled.isDone());
        stage.exits(stage.worker(1), 0);
        assertEquals("second", latest().generation().toString(), "who follows is of the new edition");
    }

    @Test
    void shouldStartOthersWhileAReplacementSoaks() {
        stage.bootLimit(1).with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(600)));
        stage.start(2);
        stage.serve(stage.worker(1));
        stage.serve(stage.worker(2));
        stage.pass(2_000);
        stage.roll("second");
        stage.serve(stage.worker(3));
        stage.exits(stage.worker(2), 1);
        assertEquals(4, stage.spawned.size(), "a soaking worker boots no more");
        assertEquals("first", latest().generation().toString());
    }

    @Test
    void shouldTellHowFarItHasCome() {
        SupervisorFixture stage = new SupervisorFixture().running(2);
        assertEquals(Optional.empty(), stage.supervisor.progress());
        stage.roll("second");
        assertEquals(new RolloutStats("deploy", 0, 2, Optional.empty()), stage.supervisor.progress().orElseThrow());
        stage.serve(stage.worker(3));
        assertEquals(new RolloutStats("deploy", 1, 1, Optional.empty()), stage.supervisor.progress().orElseThrow());
        stage.events.drained(stage.worker(1));
        stage.exits(stage.worker(1), 0);
        stage.born(stage.worker(4));
        stage.exits(stage.worker(4), 1);
        assertTrue(stage.supervisor.progress().orElseThrow().failure().isPresent(), "it goes back");
        stage.serve(stage.worker(5));
        stage.events.drained(stage.worker(3));
        stage.exits(stage.worker(3), 0);
        assertEquals(Optional.empty(), stage.supervisor.progress());
    }

    /** Two workers of the second edition are ready, and the ports of both are being checked. */
    private CompletableFuture<Rollout> rolledUntilTheCheckOfPorts() {
        stage.hasPorts = true;
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        for (int id = 3; id <= 4; id++) {
            stage.serve(stage.worker(id));
            leaves(stage.worker(id - 2));
        }
        assertEquals(List.of(stage.worker(3), stage.worker(4)), stage.checked);
        assertFalse(rolled.isDone());
        return rolled;
    }

    private void portsAreChecked() {
        List<Runnable> checks = List.copyOf(stage.portChecks);
        stage.portChecks.clear();
        checks.forEach(Runnable::run);
    }

    @Test
    void shouldSucceedOnlyWhenThePortsOfAllReplacedWorkersAccept() {
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        stage.portChecks.get(0).run();
        assertFalse(rolled.isDone(), "the other port is still being checked");
        stage.portChecks.get(1).run();
        assertEquals(Rollout.Outcome.SUCCEEDED, rolled.join().outcome());
    }

    @Test
    void shouldNotWaitForEverForTheCheckOfPorts() {
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        stage.pass(3_000);
        assertEquals(Rollout.Outcome.SUCCEEDED, rolled.join().outcome());
    }

    @Test
    void shouldGoBackWhenAReplacedWorkerRefusesAtTheEnd() {
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        stage.events.portRefuses(stage.worker(3), "nothing accepts");
        portsAreChecked();
        assertFalse(rolled.isDone());
        for (int id = 5; id <= 6; id++) {
            assertEquals("first", stage.worker(id).generation().toString());
            stage.serve(stage.worker(id));
            leaves(stage.worker(id - 2));
        }
        assertEquals(Rollout.Outcome.FAILED, rolled.join().outcome());
        assertTrue(rolled.join().failure().orElseThrow()
                .contains("worker 3 (instance 0) was ready and refuses connections"), rolled.join()::toString);
        assertEquals(List.of("first", "first"), generations());
    }

    @Test
    void shouldWaitWithRetryUntilAReplacedWorkerAcceptsAgain() {
        stage.with(ReloadPolicy.ofDefaults().withOnFailure(ReloadPolicy.OnFailure.RETRY));
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        stage.events.portRefuses(stage.worker(3), "nothing accepts");
        portsAreChecked();
        assertFalse(rolled.isDone());
        stage.events.portAccepts(stage.worker(3));
        stage.pass(200);
        portsAreChecked();
        assertEquals(Rollout.Outcome.SUCCEEDED, rolled.join().outcome());
    }
}
