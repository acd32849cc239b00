package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A replacement and its predecessor both serve for a while. */
class OverlapTest {

    private final SupervisorFixture fixture = new SupervisorFixture().overlap(Duration.ofSeconds(3));

    private List<Integer> ids() {
        return fixture.published.stream().map(Incarnation::id).toList();
    }

    @Test
    void shouldServeWithBothBeforeThePredecessorDrains() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        assertEquals(List.of(1, 3, 2), ids());
        assertTrue(fixture.reports.contains("ready 3"), fixture.reports::toString);
        fixture.pass(2_999);
        assertEquals(List.of(1, 3, 2), ids());
        assertEquals(3, fixture.spawned.size(), "the next instance waits");
        assertEquals(0, fixture.supervisor.progress().orElseThrow().replaced(), "nothing is replaced yet");
        fixture.pass(1);
        assertEquals(List.of(3, 2), ids());
        fixture.leaves(fixture.worker(1));
        fixture.serve(fixture.worker(4));
        fixture.pass(3_000);
        fixture.leaves(fixture.worker(2));
        assertEquals(Map.of(1, 3, 2, 4), rolled.join().replaced());
    }

    @Test
    void shouldKeepThePredecessorWhenTheReplacementCrashes() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.pass(2_000);
        fixture.exits(fixture.worker(2), 1);
        assertEquals(List.of(1), ids());
        assertEquals(Rollout.Outcome.FAILED, rolled.join().outcome());
        assertTrue(rolled.join().failure().orElseThrow().contains("in its overlap"), rolled.join()::toString);
        fixture.pass(60_000);
        assertEquals(List.of(1), ids());
        assertEquals(2, fixture.spawned.size());
    }

    @Test
    void shouldTryAgainWhenTheReplacementCrashes() {
        fixture.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        fixture.pass(100);
        fixture.serve(fixture.worker(3));
        fixture.pass(3_000);
        fixture.leaves(fixture.worker(1));
        assertEquals(Map.of(1, 3), rolled.join().replaced());
    }

    @Test
    void shouldEndTheOverlapWhenThePredecessorCrashes() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.exits(fixture.worker(1), 1);
        assertTrue(rolled.join().succeeded());
        assertEquals(List.of(2), ids());
        assertEquals(2, fixture.spawned.size(), "the crashed worker needs no other successor");
        fixture.pass(10_000);
        assertEquals(List.of(2), ids());
    }

    @Test
    void shouldEndTheOverlapWhenThePredecessorLosesItsChannel() {
        fixture.running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.events.channelEnded(fixture.worker(1), false);
        assertEquals(List.of(2), ids());
        assertEquals(fixture.worker(2), fixture.worker(2).slot.serving);
        assertTrue(fixture.actions.contains("drain 1 20000"), fixture.actions::toString);
    }

    @Test
    void shouldStopBothAtOnceWithTheCluster() {
        fixture.running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.forget();
        CompletableFuture<Void> stopped = fixture.stop();
        assertEquals(List.of(), ids());
        fixture.leaves(fixture.worker(1));
        fixture.leaves(fixture.worker(2));
        assertTrue(stopped.isDone());
        assertTrue(fixture.timers.isEmpty(), "no timer is left");
    }

    @Test
    void shouldServeWithBothDuringPreStopDelay() {
        fixture.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(2))).running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.stop();
        assertEquals(List.of(1, 2), ids());
        fixture.pass(2_000);
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldStopBothWhenTheInstanceIsScaledAway() {
        fixture.running(2);
        fixture.roll("second");
        fixture.serve(fixture.worker(3));
        CompletableFuture<Void> scaled = fixture.scale(0);
        for (int id = 1; id <= 3; id++) {
            fixture.leaves(fixture.worker(id));
        }
        assertTrue(scaled.isDone());
    }

    @Test
    void shouldGiveUpTheReplacementForThatOfAnotherRollout() {
        fixture.running(1);
        CompletableFuture<Rollout> first = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        CompletableFuture<Rollout> second = fixture.roll("third");
        assertEquals(Rollout.Outcome.SUPERSEDED, first.join().outcome());
        assertEquals(List.of(1), ids());
        fixture.leaves(fixture.worker(2));
        fixture.serve(fixture.worker(3));
        assertEquals(List.of("first", "third"), fixture.generations());
        fixture.pass(3_000);
        fixture.leaves(fixture.worker(1));
        assertEquals(Map.of(1, 3), second.join().replaced());
    }

    @Test
    void shouldKeepThePredecessorWhenTheRolloutIsAborted() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.abortRollout();
        assertEquals(List.of(1), ids());
        assertEquals(Rollout.Outcome.ABORTED, rolled.join().outcome());
        assertEquals(2, fixture.spawned.size(), "no worker has to be started to go back");
    }

    @Test
    void shouldKeepThePredecessorWhenAnotherInstanceFails() {
        fixture.with(ReloadPolicy.ofDefaults().withBatch(2)).running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        assertEquals(List.of(1, 2), ids());
        assertTrue(rolled.join().failure().isPresent());
    }

    @Test
    void shouldWaitForAReplacementThatIsNotReadyAnyMore() {
        fixture.running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.pass(2_000);
        fixture.events.notReady(fixture.worker(2));
        fixture.pass(10_000);
        assertEquals(List.of(1), ids());
        fixture.events.ready(fixture.worker(2));
        fixture.pass(2_999);
        assertEquals(List.of(1, 2), ids(), "the overlap has begun anew");
        fixture.pass(1);
        assertEquals(List.of(2), ids());
    }

    @Test
    void shouldNotWaitForEverForAReplacementThatIsNotReadyAnyMore() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.events.notReady(fixture.worker(2));
        fixture.pass(59_999);
        assertEquals(WorkerState.NOT_READY, fixture.worker(2).state());
        fixture.pass(1);
        fixture.leaves(fixture.worker(2));
        assertTrue(rolled.join().failure().orElseThrow().contains("startTimeout"), rolled.join()::toString);
        assertEquals(Exit.Cause.START_TIMEOUT, fixture.worker(2).onExit().join().cause());
        assertEquals(List.of(1), ids());
    }

    @Test
    void shouldTakeOverAtOnceFromAPredecessorWithoutTraffic() {
        fixture.running(1);
        fixture.events.notReady(fixture.worker(1));
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        assertEquals(WorkerState.DRAINING, fixture.worker(1).state());
        assertEquals(List.of(2), ids());
    }

    @Test
    void shouldReplaceACrashedWorkerAtOnce() {
        fixture.running(2);
        fixture.pass(2_000);
        fixture.exits(fixture.worker(1), 1);
        fixture.serve(fixture.worker(3));
        assertEquals(fixture.worker(3), fixture.worker(3).slot.serving);
    }

    @Test
    void shouldOverlapWhenAWorkerIsRecycled() {
        fixture.running(1);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.serve(fixture.worker(2));
        assertEquals(List.of(1, 2), ids());
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.events.recycleDue(fixture.worker(2), "is old");
        assertEquals(2, fixture.spawned.size());
        fixture.exits(fixture.worker(2), 1);
        assertEquals(List.of(1), ids(), "the old one goes on");
        fixture.pass(1_000);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.serve(fixture.worker(3));
        fixture.pass(3_000);
        assertEquals(List.of(3), ids());
    }

    @Test
    void shouldCompleteARestartAfterTheOverlap() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        assertFalse(restarted.isDone());
        fixture.pass(3_000);
        assertEquals(fixture.worker(2), restarted.join());
    }

    @Test
    void shouldFailARestartWhoseReplacementCrashesInTheOverlap() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        assertTrue(restarted.isCompletedExceptionally());
        assertEquals(List.of(1), ids());
    }

    @Test
    void shouldKeepThePredecessorOfAReplacementThatIsStopped() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        fixture.supervisor.stop(fixture.worker(2));
        fixture.leaves(fixture.worker(2));
        fixture.pass(10_000);
        assertEquals(List.of(1), ids());
        assertTrue(restarted.isCompletedExceptionally());
    }

    @Test
    void shouldNotCompleteAnOverlapWithAReplacementThatIsBeingKilled() {
        fixture.running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.supervisor.kill(fixture.worker(2));
        fixture.pass(3_000);
        assertEquals(List.of(1), ids());
        fixture.dies(fixture.worker(2), "SIGKILL");
        fixture.serve(fixture.worker(3));
        fixture.pass(3_000);
        assertEquals(List.of(3), ids(), "a kill is no failure of the rollout");
    }

    @Test
    void shouldNotOverlapWherePortsAreFixed() {
        fixture.with(PortMode.FIXED).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.leaves(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        assertEquals(Map.of(1, 2), rolled.join().replaced());
    }
}
