package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Rollouts that are superseded, joined and aborted, and those that are a cure. */
class RolloutCommandsTest {

    private final SupervisorFixture stage = new SupervisorFixture();

    private void leaves(Incarnation worker) {
        assertEquals(WorkerState.DRAINING, worker.state());
        stage.events.drained(worker);
        stage.exits(worker, 0);
    }

    /** It was stopped before it was there. */
    private void neverServes(Incarnation worker) {
        stage.born(worker);
        assertEquals(WorkerState.STOPPING, worker.state());
        stage.exits(worker, 143);
    }

    private Incarnation latest() {
        return stage.spawned.get(stage.spawned.size() - 1);
    }

    private List<String> generations() {
        return stage.published.stream().map(worker -> worker.generation().toString()).toList();
    }

    private void giveUp(Incarnation worker) {
        stage.exits(worker, 1);
        stage.pass(15_000);
        while (!worker.slot.gaveUp) {
            stage.born(worker.slot.last);
            stage.exits(worker.slot.last, 1);
            stage.pass(15_000);
        }
    }

    // ---- superseded

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatRetries() {
        stage.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> broken = stage.roll("broken");
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1);
        CompletableFuture<Rollout> cure = stage.roll("cure");
        assertEquals(Rollout.Outcome.SUPERSEDED, broken.join().outcome());
        assertEquals("superseded by another rollout: deploy", broken.join().failure().orElseThrow());
        assertEquals("cure", latest().generation().toString());
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        assertEquals(Map.of(1, 3), cure.join().replaced());
        stage.pass(60_000);
        assertEquals(3, stage.spawned.size());
        stage.exits(stage.worker(3), 1);
        assertEquals("cure", latest().generation().toString());
        assertEquals(List.of("rollout: deploy", "rollout failed {}", "rollout: deploy", "rollout done {1=3}"),
                stage.news.stream().filter(n -> n.startsWith("rollout") && !n.startsWith("rollout delayed")).toList());
    }

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatSoaks() {
        stage.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofHours(1))).running(2);
        CompletableFuture<Rollout> slow = stage.roll("slow");
        stage.serve(stage.worker(3));
        stage.roll("next");
        assertTrue(slow.isDone());
        assertEquals(WorkerState.STOPPING, stage.worker(3).state(), "it never had a client");
        assertEquals(List.of("first", "first"), generations());
        assertEquals("next", latest().generation().toString());
    }

    @Test
    void shouldReplaceWhatASupersededRolloutHasReplaced() {
        stage.running(2);
        stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        CompletableFuture<Rollout> third = stage.roll("third");
        assertEquals("third", latest().generation().toString());
        assertEquals(0, latest().instance());
        neverServes(stage.worker(4));
        stage.serve(stage.worker(5));
        leaves(stage.worker(3));
        stage.serve(stage.worker(6));
        leaves(stage.worker(2));
        assertEquals(Map.of(3, 5, 2, 6), third.join().replaced());
        assertEquals(List.of("third", "third"), generations());
    }

    @Test
    void shouldGoBackToTheEditionBeforeBothWhenTheSecondFails() {
        stage.running(2);
        stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        CompletableFuture<Rollout> third = stage.roll("third");
        stage.born(stage.worker(5));
        stage.exits(stage.worker(5), 1);
        assertEquals("first", latest().generation().toString());
        stage.serve(latest());
        leaves(stage.worker(3));
        assertEquals(List.of("first", "first"), generations());
        assertEquals(Rollout.Outcome.FAILED, third.join().outcome());
    }

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatGoesBack() {
        stage.running(2);
        CompletableFuture<Rollout> second = stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        stage.born(stage.worker(4));
        stage.exits(stage.worker(4), 1);
        assertFalse(second.isDone());
        CompletableFuture<Rollout> third = stage.roll("third");
        Rollout superseded = second.join();
        assertEquals(Rollout.Outcome.SUPERSEDED, superseded.outcome());
        assertTrue(superseded.failure().orElseThrow().startsWith("worker 4 (instance 1)"), superseded::toString);
        assertTrue(superseded.failure().orElseThrow().endsWith("; superseded by another rollout: deploy"),
                superseded::toString);
        assertEquals("output of 4", superseded.lastOutput());
        neverServes(stage.worker(5));
        stage.serve(latest());
        leaves(stage.worker(3));
        stage.serve(latest());
        leaves(stage.worker(2));
        assertTrue(third.join().failure().isEmpty());
        assertEquals(List.of("third", "third"), generations());
    }

    @Test
    void shouldTellWhoReplacedTheWorkerThatMadeRoomForASupersededRollout() {
        stage.with(PortMode.FIXED).running(1);
        stage.roll("second");
        CompletableFuture<Rollout> third = stage.roll("third");
        leaves(stage.worker(1));
        stage.serve(stage.worker(2));
        assertEquals("third", stage.worker(2).generation().toString());
        assertEquals(Map.of(1, 2), third.join().replaced());
        assertEquals(Map.of(), third.join().revived());
    }

    // ---- joined

    @Test
    void shouldJoinARolloutThatLeadsToTheSame() {
        stage.running(1);
        CompletableFuture<Rollout> deployed = stage.roll("second");
        CompletableFuture<Rollout> reloaded = stage.reload(new String("second"));
        assertEquals(2, stage.spawned.size());
        stage.serve(stage.worker(2));
        leaves(stage.worker(1));
        assertSame(deployed.join(), reloaded.join());
        assertEquals(2, stage.spawned.size());
    }

    @Test
    void shouldLeadAReloadWithAnotherEnvironmentToThatAndLetAllWaitForIt() {
        stage.running(2);
        CompletableFuture<Rollout> deployed = stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        assertEquals("second", stage.supervisor.target().toString());
        CompletableFuture<Rollout> reloaded = stage.reload("second, fresher");
        assertFalse(deployed.isDone());
        neverServes(stage.worker(4));
        stage.serve(stage.worker(5));
        leaves(stage.worker(3));
        stage.serve(stage.worker(6));
        leaves(stage.worker(2));
        assertSame(deployed.join(), reloaded.join());
        assertEquals(Map.of(1, 3, 3, 5, 2, 6), deployed.join().replaced());
        assertEquals(List.of("second, fresher", "second, fresher"), generations());
    }

    @Test
    void shouldReloadWhatIsInForceWhileARolloutGoesBack() {
        stage.running(2);
        CompletableFuture<Rollout> second = stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        stage.born(stage.worker(4));
        stage.exits(stage.worker(4), 1);
        assertEquals("first", stage.supervisor.target().toString());
        stage.reload("first, fresher");
        assertEquals(Rollout.Outcome.SUPERSEDED, second.join().outcome(),
                "whoever deployed must not take this for a success");
    }

    // ---- aborted

    @Test
    void shouldRollBackWhatAnAbortedRolloutHasReplaced() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(3));
        leaves(stage.worker(1));
        stage.born(stage.worker(4));
        CompletableFuture<Void> aborted = stage.abortRollout();
        assertEquals(WorkerState.STOPPING, stage.worker(4).state());
        assertEquals("first", latest().generation().toString());
        assertFalse(aborted.isDone());
        CompletableFuture<Void> again = stage.abortRollout();
        stage.serve(latest());
        assertFalse(aborted.isDone());
        leaves(stage.worker(3));
        stage.exits(stage.worker(4), 143);
        assertTrue(aborted.isDone() && again.isDone());
        assertEquals(Rollout.Outcome.ABORTED, rolled.join().outcome());
        assertTrue(rolled.join().failure().orElseThrow().contains("aborted"));
        assertEquals(2, rolled.join().kept());
        assertEquals(List.of("first", "first"), generations());
        assertTrue(stage.abortRollout().isDone(), "none runs");
    }

    @Test
    void shouldAbortARolloutThatWaitsBeforeItTriesAgain() {
        stage.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1);
        assertTrue(stage.abortRollout().isDone());
        assertEquals(Rollout.Outcome.ABORTED, rolled.join().outcome());
        stage.pass(60_000);
        assertEquals(2, stage.spawned.size());
        assertTrue(stage.timers.isEmpty());
    }

    @Test
    void shouldCompleteAnAbortWhenTheClusterStopsOrHasStopped() {
        stage.running(1);
        stage.roll("second");
        stage.serve(stage.worker(2));
        CompletableFuture<Void> aborted = stage.abortRollout();
        stage.stop();
        assertTrue(aborted.isDone());
        assertTrue(stage.abortRollout().isDone());
    }

    // ---- a cure

    @Test
    void shouldNotWaitForAWorkerThatHangsBeforeItIsReady() {
        stage.running(2);
        stage.exits(stage.worker(2), 1);
        stage.born(stage.worker(3)); // and says nothing
        CompletableFuture<Rollout> cure = stage.roll("cure");
        assertEquals(WorkerState.STOPPING, stage.worker(3).state());
        assertEquals("cure", latest().generation().toString());
        assertEquals(1, latest().instance());
        stage.exits(stage.worker(3), 143);
        stage.serve(stage.worker(4));
        stage.serve(stage.worker(5));
        leaves(stage.worker(1));
        assertEquals(Map.of(1, 5), cure.join().replaced());
        assertEquals(Map.of(1, 4), cure.join().revived());
    }

    @Test
    void shouldCureAllThatServeNobodyAtOnce() {
        stage.running(3);
        giveUp(stage.worker(1));
        stage.exits(stage.worker(2), 1);
        stage.born(stage.worker(2).slot.last);
        stage.exits(stage.worker(2).slot.last, 1); // waits
        stage.exits(stage.worker(3), 1);
        stage.born(stage.worker(3).slot.last); // starts
        int before = stage.spawned.size();
        CompletableFuture<Rollout> cure = stage.roll("cure");
        assertEquals(before + 3, stage.spawned.size());
        stage.exits(stage.spawned.get(before - 1), 143);
        for (Incarnation worker : List.copyOf(stage.spawned.subList(before, before + 3))) {
            assertEquals("cure", worker.generation().toString());
            stage.serve(worker);
        }
        assertEquals(Map.of(0, before + 1, 1, before + 2, 2, before + 3), cure.join().revived());
        assertEquals(Map.of(), cure.join().replaced());
    }

    @Test
    void shouldReplaceWhatIsNotReadyBeforeWhatIs() {
        stage.running(3);
        stage.events.notReady(stage.worker(3));
        stage.roll("cure");
        assertEquals(2, latest().instance());
    }

    @Test
    void shouldNotWaitForAReplacementThatRestartHasAskedFor() {
        stage.running(1);
        CompletableFuture<Incarnation> restarted = stage.restart(stage.worker(1));
        stage.born(stage.worker(2)); // and says nothing
        stage.roll("cure");
        assertEquals(WorkerState.STOPPING, stage.worker(2).state());
        stage.exits(stage.worker(2), 143);
        stage.serve(stage.worker(3));
        assertSame(stage.worker(3), restarted.join());
    }

    @Test
    void shouldNotStopAStarterOfTheOldEditionAgainAndAgain() {
        stage.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        stage.exits(stage.worker(1), 1);
        stage.roll("broken");
        assertEquals(WorkerState.STARTING, stage.worker(2).state(), "no process yet, so nobody to stop");
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 143);
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 1);
        assertEquals("first", latest().generation().toString(), "something has to serve");
        stage.born(latest());
        stage.pass(10_000);
        assertEquals(4, stage.spawned.size(), "it gets its time");
        stage.serve(latest());
        assertEquals(List.of("first"), generations());
        assertEquals("broken", latest().generation().toString());
    }

    @Test
    void shouldKeepTheForkThatARolloutTookOver() {
        stage.running(1);
        CompletableFuture<Incarnation> forked = stage.fork();
        stage.born(stage.worker(2));
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.exits(stage.worker(2), 143);
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 1);
        assertEquals("first", latest().generation().toString());
        stage.serve(latest());
        assertSame(latest(), forked.join());
        assertEquals(Rollout.Outcome.FAILED, rolled.join().outcome());
    }

    @Test
    void shouldTellHowManyOldWorkersStay() {
        stage.running(2);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 1);
        assertEquals(2, rolled.join().kept());
        giveUp(stage.worker(1));
        giveUp(stage.worker(2));
        CompletableFuture<Rollout> hopeless = stage.roll("third");
        stage.born(latest());
        stage.exits(latest(), 1);
        assertEquals(0, hopeless.join().kept());
    }

    @Test
    void shouldNotTellThatAllGaveUpWhileARolloutIsToReviveThem() {
        stage.with(RestartPolicy.always().withGiveUp(2, Duration.ofMinutes(1)))
                .with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        stage.roll("broken");
        fails(stage.worker(2));
        stage.exits(stage.worker(1), 1);
        fails(stage.worker(3));
        assertTrue(stage.news.contains("gave up 3"), stage.news::toString);
        stage.pass(100);
        assertEquals("broken", latest().generation().toString());
        stage.abortRollout();
        neverServes(stage.worker(4));
        assertFalse(stage.news.stream().anyMatch(news -> news.startsWith("all gave up")), stage.news::toString);
        fails(stage.worker(5));
        stage.pass(1_000);
        fails(stage.worker(6));
        assertEquals("all gave up [6]", stage.news.get(stage.news.size() - 1));
    }

    private void fails(Incarnation worker) {
        stage.born(worker);
        stage.exits(worker, 1);
    }

    // ---- asked for, and still being prepared

    @Test
    void shouldFailARequestInPreparationWhenTheClusterStops() {
        stage.running(1);
        CompletableFuture<Rollout> reload = new CompletableFuture<>();
        stage.supervisor.expect(reload);
        CompletableFuture<Rollout> bad = new CompletableFuture<>();
        stage.supervisor.expect(bad);
        stage.supervisor.refuse(bad, new IllegalArgumentException("no environment"));
        assertInstanceOf(IllegalArgumentException.class, assertThrows(CompletionException.class, bad::join).getCause());
        assertFalse(reload.isDone());
        stage.stop();
        assertInstanceOf(IllegalStateException.class, assertThrows(CompletionException.class, reload::join).getCause());
        stage.supervisor.reload(TestGeneration.environment("late"), "reload", reload);
        CompletableFuture<Rollout> late = new CompletableFuture<>();
        stage.supervisor.expect(late);
        assertTrue(late.isCompletedExceptionally());
    }
}
