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

    private final SupervisorFixture fixture = new SupervisorFixture();

    private void leaves(Incarnation worker) {
        assertEquals(WorkerState.DRAINING, worker.state());
        fixture.events.drained(worker);
        fixture.exits(worker, 0);
    }

    /** It was stopped before it was there. */
    private void neverServes(Incarnation worker) {
        fixture.born(worker);
        assertEquals(WorkerState.STOPPING, worker.state());
        fixture.exits(worker, 143);
    }

    private Incarnation latest() {
        return fixture.spawned.get(fixture.spawned.size() - 1);
    }

    private List<String> generations() {
        return fixture.published.stream().map(worker -> worker.generation().toString()).toList();
    }

    private void giveUp(Incarnation worker) {
        fixture.exits(worker, 1);
        fixture.pass(15_000);
        while (!worker.slot.gaveUp) {
            fixture.born(worker.slot.last);
            fixture.exits(worker.slot.last, 1);
            fixture.pass(15_000);
        }
    }

    // ---- superseded

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatRetries() {
        fixture.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> broken = fixture.roll("broken");
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        CompletableFuture<Rollout> cure = fixture.roll("cure");
        assertEquals(Rollout.Outcome.SUPERSEDED, broken.join().outcome());
        assertEquals("superseded by another rollout: deploy", broken.join().failure().orElseThrow());
        assertEquals("cure", latest().generation().toString());
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        assertEquals(Map.of(1, 3), cure.join().replaced());
        fixture.pass(60_000);
        assertEquals(3, fixture.spawned.size());
        fixture.exits(fixture.worker(3), 1);
        assertEquals("cure", latest().generation().toString());
        assertEquals(List.of("rollout: deploy", "rollout failed {}", "rollout: deploy", "rollout done {1=3}"),
                fixture.reports.stream().filter(n -> n.startsWith("rollout") && !n.startsWith("rollout delayed"))
                        .toList());
    }

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatSoaks() {
        fixture.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofHours(1))).running(2);
        CompletableFuture<Rollout> slow = fixture.roll("slow");
        fixture.serve(fixture.worker(3));
        fixture.roll("next");
        assertTrue(slow.isDone());
        assertEquals(WorkerState.STOPPING, fixture.worker(3).state(), "it never had a client");
        assertEquals(List.of("first", "first"), generations());
        assertEquals("next", latest().generation().toString());
    }

    @Test
    void shouldReplaceWhatASupersededRolloutHasReplaced() {
        fixture.running(2);
        fixture.roll("second");
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        CompletableFuture<Rollout> third = fixture.roll("third");
        assertEquals("third", latest().generation().toString());
        assertEquals(0, latest().instance());
        neverServes(fixture.worker(4));
        fixture.serve(fixture.worker(5));
        leaves(fixture.worker(3));
        fixture.serve(fixture.worker(6));
        leaves(fixture.worker(2));
        assertEquals(Map.of(3, 5, 2, 6), third.join().replaced());
        assertEquals(List.of("third", "third"), generations());
    }

    @Test
    void shouldGoBackToTheEditionBeforeBothWhenTheSecondFails() {
        fixture.running(2);
        fixture.roll("second");
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        CompletableFuture<Rollout> third = fixture.roll("third");
        fixture.born(fixture.worker(5));
        fixture.exits(fixture.worker(5), 1);
        assertEquals("first", latest().generation().toString());
        fixture.serve(latest());
        leaves(fixture.worker(3));
        assertEquals(List.of("first", "first"), generations());
        assertEquals(Rollout.Outcome.FAILED, third.join().outcome());
    }

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatGoesBack() {
        fixture.running(2);
        CompletableFuture<Rollout> second = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        assertFalse(second.isDone());
        CompletableFuture<Rollout> third = fixture.roll("third");
        Rollout superseded = second.join();
        assertEquals(Rollout.Outcome.SUPERSEDED, superseded.outcome());
        assertTrue(superseded.failure().orElseThrow().startsWith("worker 4 (instance 1)"), superseded::toString);
        assertTrue(superseded.failure().orElseThrow().endsWith("; superseded by another rollout: deploy"),
                superseded::toString);
        assertEquals("output of 4", superseded.lastOutput());
        neverServes(fixture.worker(5));
        fixture.serve(latest());
        leaves(fixture.worker(3));
        fixture.serve(latest());
        leaves(fixture.worker(2));
        assertTrue(third.join().failure().isEmpty());
        assertEquals(List.of("third", "third"), generations());
    }

    @Test
    void shouldTellWhoReplacedTheWorkerThatMadeRoomForASupersededRollout() {
        fixture.with(PortMode.FIXED).running(1);
        fixture.roll("second");
        CompletableFuture<Rollout> third = fixture.roll("third");
        leaves(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        assertEquals("third", fixture.worker(2).generation().toString());
        assertEquals(Map.of(1, 2), third.join().replaced());
        assertEquals(Map.of(), third.join().revived());
    }

    // ---- joined

    @Test
    void shouldJoinARolloutThatLeadsToTheSame() {
        fixture.running(1);
        CompletableFuture<Rollout> deployed = fixture.roll("second");
        CompletableFuture<Rollout> reloaded = fixture.reload(new String("second"));
        assertEquals(2, fixture.spawned.size());
        fixture.serve(fixture.worker(2));
        leaves(fixture.worker(1));
        assertSame(deployed.join(), reloaded.join());
        assertEquals(2, fixture.spawned.size());
    }

    @Test
    void shouldLeadAReloadWithAnotherEnvironmentToThatAndLetAllWaitForIt() {
        fixture.running(2);
        CompletableFuture<Rollout> deployed = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        assertEquals("second", fixture.supervisor.target().toString());
        CompletableFuture<Rollout> reloaded = fixture.reload("second, fresher");
        assertFalse(deployed.isDone());
        neverServes(fixture.worker(4));
        fixture.serve(fixture.worker(5));
        leaves(fixture.worker(3));
        fixture.serve(fixture.worker(6));
        leaves(fixture.worker(2));
        assertSame(deployed.join(), reloaded.join());
        assertEquals(Map.of(1, 3, 3, 5, 2, 6), deployed.join().replaced());
        assertEquals(List.of("second, fresher", "second, fresher"), generations());
    }

    @Test
    void shouldReloadWhatIsInForceWhileARolloutGoesBack() {
        fixture.running(2);
        CompletableFuture<Rollout> second = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        assertEquals("first", fixture.supervisor.target().toString());
        fixture.reload("first, fresher");
        assertEquals(Rollout.Outcome.SUPERSEDED, second.join().outcome(),
                "the caller of deploy must not take this for a success");
    }

    // ---- aborted

    @Test
    void shouldRollBackWhatAnAbortedRolloutHasReplaced() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        CompletableFuture<Void> aborted = fixture.abortRollout();
        assertEquals(WorkerState.STOPPING, fixture.worker(4).state());
        assertEquals("first", latest().generation().toString());
        assertFalse(aborted.isDone());
        CompletableFuture<Void> again = fixture.abortRollout();
        fixture.serve(latest());
        assertFalse(aborted.isDone());
        leaves(fixture.worker(3));
        fixture.exits(fixture.worker(4), 143);
        assertTrue(aborted.isDone() && again.isDone());
        assertEquals(Rollout.Outcome.ABORTED, rolled.join().outcome());
        assertTrue(rolled.join().failure().orElseThrow().contains("aborted"));
        assertEquals(2, rolled.join().kept());
        assertEquals(List.of("first", "first"), generations());
        assertTrue(fixture.abortRollout().isDone(), "none runs");
    }

    @Test
    void shouldAbortARolloutThatWaitsBeforeItTriesAgain() {
        fixture.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        assertTrue(fixture.abortRollout().isDone());
        assertEquals(Rollout.Outcome.ABORTED, rolled.join().outcome());
        fixture.pass(60_000);
        assertEquals(2, fixture.spawned.size());
        assertTrue(fixture.timers.isEmpty());
    }

    @Test
    void shouldCompleteAnAbortWhenTheClusterStopsOrHasStopped() {
        fixture.running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        CompletableFuture<Void> aborted = fixture.abortRollout();
        fixture.stop();
        assertTrue(aborted.isDone());
        assertTrue(fixture.abortRollout().isDone());
    }

    // ---- a cure

    @Test
    void shouldNotWaitForAWorkerThatHangsBeforeItIsReady() {
        fixture.running(2);
        fixture.exits(fixture.worker(2), 1);
        fixture.born(fixture.worker(3)); // and says nothing
        CompletableFuture<Rollout> cure = fixture.roll("cure");
        assertEquals(WorkerState.STOPPING, fixture.worker(3).state());
        assertEquals("cure", latest().generation().toString());
        assertEquals(1, latest().instance());
        fixture.exits(fixture.worker(3), 143);
        fixture.serve(fixture.worker(4));
        fixture.serve(fixture.worker(5));
        leaves(fixture.worker(1));
        assertEquals(Map.of(1, 5), cure.join().replaced());
        assertEquals(Map.of(1, 4), cure.join().revived());
    }

    @Test
    void shouldCureAllThatServeNobodyAtOnce() {
        fixture.running(3);
        giveUp(fixture.worker(1));
        fixture.exits(fixture.worker(2), 1);
        fixture.born(fixture.worker(2).slot.last);
        fixture.exits(fixture.worker(2).slot.last, 1); // waits
        fixture.exits(fixture.worker(3), 1);
        fixture.born(fixture.worker(3).slot.last); // starts
        int before = fixture.spawned.size();
        CompletableFuture<Rollout> cure = fixture.roll("cure");
        assertEquals(before + 3, fixture.spawned.size());
        fixture.exits(fixture.spawned.get(before - 1), 143);
        for (Incarnation worker : List.copyOf(fixture.spawned.subList(before, before + 3))) {
            assertEquals("cure", worker.generation().toString());
            fixture.serve(worker);
        }
        assertEquals(Map.of(0, before + 1, 1, before + 2, 2, before + 3), cure.join().revived());
        assertEquals(Map.of(), cure.join().replaced());
    }

    @Test
    void shouldReplaceWhatIsNotReadyBeforeWhatIs() {
        fixture.running(3);
        fixture.events.notReady(fixture.worker(3));
        fixture.roll("cure");
        assertEquals(2, latest().instance());
    }

    @Test
    void shouldNotWaitForAReplacementThatRestartHasAskedFor() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.born(fixture.worker(2)); // and says nothing
        fixture.roll("cure");
        assertEquals(WorkerState.STOPPING, fixture.worker(2).state());
        fixture.exits(fixture.worker(2), 143);
        fixture.serve(fixture.worker(3));
        assertSame(fixture.worker(3), restarted.join());
    }

    @Test
    void shouldNotStopAStarterOfTheOldEditionAgainAndAgain() {
        fixture.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        fixture.exits(fixture.worker(1), 1);
        fixture.roll("broken");
        assertEquals(WorkerState.STARTING, fixture.worker(2).state(), "no process yet, so nothing to stop");
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 143);
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        assertEquals("first", latest().generation().toString(), "something has to serve");
        fixture.born(latest());
        fixture.pass(10_000);
        assertEquals(4, fixture.spawned.size(), "it gets its time");
        fixture.serve(latest());
        assertEquals(List.of("first"), generations());
        assertEquals("broken", latest().generation().toString());
    }

    @Test
    void shouldKeepTheForkThatARolloutTookOver() {
        fixture.running(1);
        CompletableFuture<Incarnation> forked = fixture.fork();
        fixture.born(fixture.worker(2));
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.exits(fixture.worker(2), 143);
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        assertEquals("first", latest().generation().toString());
        fixture.serve(latest());
        assertSame(latest(), forked.join());
        assertEquals(Rollout.Outcome.FAILED, rolled.join().outcome());
    }

    @Test
    void shouldTellHowManyOldWorkersStay() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        assertEquals(2, rolled.join().kept());
        giveUp(fixture.worker(1));
        giveUp(fixture.worker(2));
        CompletableFuture<Rollout> hopeless = fixture.roll("third");
        fixture.born(latest());
        fixture.exits(latest(), 1);
        assertEquals(0, hopeless.join().kept());
    }

    @Test
    void shouldNotTellThatAllGaveUpWhileARolloutIsToReviveThem() {
        fixture.with(RestartPolicy.always().withGiveUp(2, Duration.ofMinutes(1)))
                .with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        fixture.roll("broken");
        fails(fixture.worker(2));
        fixture.exits(fixture.worker(1), 1);
        fails(fixture.worker(3));
        assertTrue(fixture.reports.contains("gave up 3"), fixture.reports::toString);
        fixture.pass(100);
        assertEquals("broken", latest().generation().toString());
        fixture.abortRollout();
        neverServes(fixture.worker(4));
        assertFalse(fixture.reports.stream().anyMatch(reports -> reports.startsWith("all gave up")),
                fixture.reports::toString);
        fails(fixture.worker(5));
        fixture.pass(1_000);
        fails(fixture.worker(6));
        assertEquals("all gave up [6]", fixture.reports.get(fixture.reports.size() - 1));
    }

    private void fails(Incarnation worker) {
        fixture.born(worker);
        fixture.exits(worker, 1);
    }

    // ---- asked for, and still being prepared

    @Test
    void shouldFailARequestInPreparationWhenTheClusterStops() {
        fixture.running(1);
        CompletableFuture<Rollout> reload = new CompletableFuture<>();
        fixture.supervisor.expect(reload);
        CompletableFuture<Rollout> bad = new CompletableFuture<>();
        fixture.supervisor.expect(bad);
        fixture.supervisor.refuse(bad, new IllegalArgumentException("no environment"));
        assertInstanceOf(IllegalArgumentException.class, assertThrows(CompletionException.class, bad::join).getCause());
        assertFalse(reload.isDone());
        fixture.stop();
        assertInstanceOf(IllegalStateException.class, assertThrows(CompletionException.class, reload::join).getCause());
        fixture.supervisor.reload(TestGeneration.environment("late"), "reload", reload);
        CompletableFuture<Rollout> late = new CompletableFuture<>();
        fixture.supervisor.expect(late);
        assertTrue(late.isCompletedExceptionally());
    }
}
