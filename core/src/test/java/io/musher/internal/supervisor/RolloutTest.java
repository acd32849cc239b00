package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ClusterStats.RolloutStats;
import io.musher.ReloadPolicy;
import io.musher.Rollout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Rollouts from their start to their end, with rollback and retry. */
class RolloutTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private List<Integer> ids() {
        return fixture.published.stream().map(Incarnation::id).toList();
    }

    @Test
    void shouldReplaceOneWorkerAfterTheOther() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.assertActions("spawn 3");
        fixture.serve(fixture.worker(3));
        assertEquals(List.of(3, 2), ids(), "the old one leaves when the new one is there");
        assertEquals(3, fixture.spawned.size(), "and the next waits until it is gone");
        fixture.leaves(fixture.worker(1));
        assertEquals(4, fixture.spawned.size());
        assertFalse(rolled.isDone());
        fixture.serve(fixture.worker(4));
        assertFalse(rolled.isDone());
        fixture.leaves(fixture.worker(2));
        assertEquals(new Rollout(Rollout.Outcome.SUCCEEDED, Map.of(1, 3, 2, 4), Map.of(), Optional.empty(), "", 0),
                rolled.join());
        assertEquals(List.of("second", "second"), fixture.generations());
        fixture.forget();
        fixture.exits(fixture.worker(3), 1);
        assertEquals("second", fixture.latest().generation().toString(), "what is in force from now on");
    }

    @Test
    void shouldReplaceABatchAtOnce() {
        fixture.with(ReloadPolicy.ofDefaults().withBatch(2)).running(3);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        assertEquals(5, fixture.spawned.size());
        fixture.serve(fixture.worker(4));
        fixture.leaves(fixture.worker(1));
        assertEquals(6, fixture.spawned.size());
        fixture.serve(fixture.worker(5));
        fixture.serve(fixture.worker(6));
        fixture.leaves(fixture.worker(2));
        fixture.leaves(fixture.worker(3));
        assertEquals(Map.of(1, 4, 2, 5, 3, 6), rolled.join().replaced());
    }

    @Test
    void shouldKeepTheOldOnesWhenAReplacementExits() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 7);
        Rollout failed = rolled.join();
        assertEquals("worker 3 (shop-1) exit code 7 (never became ready)", failed.failure().orElseThrow());
        assertEquals("output of 3", failed.lastOutput());
        assertEquals(Map.of(), failed.replaced());
        assertEquals(List.of(1, 2), ids());
        fixture.pass(60_000);
        assertEquals(3, fixture.spawned.size(), "that was all");
        fixture.exits(fixture.worker(1), 1);
        assertEquals("first", fixture.latest().generation().toString());
    }

    @Test
    void shouldStartAReplacementAgainThatWillStartInAnotherWay() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.born(fixture.worker(3));
        fixture.startsDifferently.add(3);
        fixture.exits(fixture.worker(3), 1);
        assertEquals("second", fixture.latest().generation().toString());
        assertEquals(0, fixture.worker(4).slot.failures);
        assertFalse(rolled.isDone());
        fixture.serve(fixture.worker(4));
        fixture.leaves(fixture.worker(1));
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(2));
        assertEquals(Map.of(1, 4, 2, 5), rolled.join().replaced());
        assertEquals(Optional.empty(), rolled.join().failure());
    }

    @Test
    void shouldKeepTheOldOnesWhenAReplacementIsNotReadyInTime() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.born(fixture.worker(2));
        fixture.events.hello(fixture.worker(2));
        fixture.pass(60_000);
        assertFalse(rolled.isDone(), "it is on its way out");
        fixture.exits(fixture.worker(2), 0);
        assertTrue(rolled.join().failure().orElseThrow().contains("startTimeout"), rolled.join()::toString);
        assertEquals(List.of(1), ids());
    }

    @Test
    void shouldRollBackWhatWasReplaced() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        assertEquals("first", fixture.latest().generation().toString());
        assertEquals(List.of(3, 2), ids(), "the new one serves until its successor is there");
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(3));
        assertEquals(List.of("first", "first"), fixture.generations());
        assertTrue(rolled.join().failure().orElseThrow().startsWith("worker 4 (shop-2)"));
    }

    @Test
    void shouldRollBackOnceAndThenLeaveItToThePolicy() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        fixture.born(fixture.worker(5));
        fixture.exits(fixture.worker(5), 1);
        assertTrue(rolled.isDone(), "the old edition does not start any more");
        assertEquals(List.of(3, 2), ids());
    }

    @Test
    void shouldTryAgainWithAGrowingDelay() {
        fixture.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        for (int id = 2; id <= 4; id++) {
            fixture.born(fixture.worker(id));
            fixture.exits(fixture.worker(id), 1);
            assertEquals(List.of(1), ids());
            long delay = 100L << id - 2;
            fixture.pass(delay - 1);
            assertEquals(id, fixture.spawned.size());
            fixture.pass(1);
            assertEquals(id + 1, fixture.spawned.size());
        }
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(1));
        assertEquals(Map.of(1, 5), rolled.join().replaced());
    }

    @Test
    void shouldReplaceACrashedOldWorkerByAnOldOneAndRollThatLater() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.pass(2_000);
        fixture.exits(fixture.worker(2), 1);
        assertEquals("first", fixture.latest().generation().toString());
        fixture.serve(fixture.worker(4));
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        assertEquals("second", fixture.latest().generation().toString());
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(4));
        assertEquals(Map.of(1, 3, 4, 5), rolled.join().replaced());
    }

    @Test
    void shouldFillAnEmptyPlaceWithTheNewEdition() {
        fixture.running(1);
        fixture.exits(fixture.worker(1), 1);
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1); // the next one waits
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        assertEquals(3, fixture.spawned.size());
        assertEquals("second", fixture.latest().generation().toString());
        fixture.serve(fixture.latest());
        assertTrue(rolled.join().failure().isEmpty());
    }

    @Test
    void shouldTakeTheOldEditionWhenBothTheOldOneAndItsReplacementDie() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.pass(2_000);
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(1), 1);
        fixture.exits(fixture.worker(2), 1);
        assertEquals("first", fixture.latest().generation().toString());
        assertTrue(rolled.join().failure().isPresent());
        fixture.serve(fixture.latest());
        assertEquals(List.of(3), ids());
    }

    @Test
    void shouldFollowAScaleInTheMiddle() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.scale(3);
        fixture.serve(fixture.worker(4));
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(2));
        assertEquals(2, fixture.latest().instance());
        fixture.scale(2);
        fixture.born(fixture.worker(6));
        assertTrue(rolled.isDone(), "the third is no longer wanted");
        assertTrue(rolled.join().failure().isEmpty());
        assertEquals("second", fixture.published.get(0).generation().toString());
    }

    @Test
    void shouldEndWithTheCluster() {
        fixture.running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.stop();
        assertInstanceOf(IllegalStateException.class, assertThrows(CompletionException.class, rolled::join).getCause());
        assertTrue(fixture.reports.contains("rollout failed {}"), fixture.reports::toString);
    }

    @Test
    void shouldSucceedWithoutWorkers() {
        fixture.running(1);
        fixture.scale(0);
        fixture.leaves(fixture.worker(1));
        assertTrue(fixture.roll("second").join().failure().isEmpty());
        fixture.scale(1);
        assertEquals("second", fixture.latest().generation().toString());
    }

    @Test
    void shouldTellHowFarItHasCome() {
        SupervisorFixture fixture = new SupervisorFixture().running(2);
        assertEquals(Optional.empty(), fixture.supervisor.progress());
        fixture.roll("second");
        assertEquals(new RolloutStats("deploy", 0, 2, Optional.empty()), fixture.supervisor.progress().orElseThrow());
        fixture.serve(fixture.worker(3));
        assertEquals(new RolloutStats("deploy", 1, 1, Optional.empty()), fixture.supervisor.progress().orElseThrow());
        fixture.events.drained(fixture.worker(1));
        fixture.exits(fixture.worker(1), 0);
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        assertTrue(fixture.supervisor.progress().orElseThrow().failure().isPresent(), "it goes back");
        fixture.serve(fixture.worker(5));
        fixture.events.drained(fixture.worker(3));
        fixture.exits(fixture.worker(3), 0);
        assertEquals(Optional.empty(), fixture.supervisor.progress());
    }
}
