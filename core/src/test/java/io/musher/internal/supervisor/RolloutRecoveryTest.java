package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rollouts that begin while workers fail, hang or are given up. */
class RolloutRecoveryTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    @Test
    void shouldNotWaitForAWorkerThatHangsBeforeItIsReady() {
        fixture.running(2);
        fixture.exits(fixture.worker(2), 1);
        fixture.born(fixture.worker(3)); // and says nothing
        CompletableFuture<Rollout> cure = fixture.roll("cure");
        assertEquals(WorkerState.STOPPING, fixture.worker(3).state());
        assertEquals("cure", fixture.latest().generation().toString());
        assertEquals(1, fixture.latest().instance());
        fixture.exits(fixture.worker(3), 143);
        fixture.serve(fixture.worker(4));
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(1));
        assertEquals(Map.of(1, 5), cure.join().replaced());
        assertEquals(Map.of(1, 4), cure.join().revived());
    }

    @Test
    void shouldCureAllThatServeNobodyAtOnce() {
        fixture.running(3);
        fixture.giveUp(fixture.worker(1));
        fixture.exits(fixture.worker(2), 1);
        fixture.born(fixture.worker(2).slot.last.orElseThrow());
        fixture.exits(fixture.worker(2).slot.last.orElseThrow(), 1); // waits
        fixture.exits(fixture.worker(3), 1);
        fixture.born(fixture.worker(3).slot.last.orElseThrow()); // starts
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
        assertEquals(2, fixture.latest().instance());
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
        assertEquals("first", fixture.latest().generation().toString(), "something has to serve");
        fixture.born(fixture.latest());
        fixture.pass(10_000);
        assertEquals(4, fixture.spawned.size(), "it gets its time");
        fixture.serve(fixture.latest());
        assertEquals(List.of("first"), fixture.generations());
        assertEquals("broken", fixture.latest().generation().toString());
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
        assertEquals("first", fixture.latest().generation().toString());
        fixture.serve(fixture.latest());
        assertSame(fixture.latest(), forked.join());
        assertEquals(Rollout.Outcome.FAILED, rolled.join().outcome());
    }

    @Test
    void shouldTellHowManyOldWorkersStay() {
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        assertEquals(2, rolled.join().kept());
        fixture.giveUp(fixture.worker(1));
        fixture.giveUp(fixture.worker(2));
        CompletableFuture<Rollout> hopeless = fixture.roll("third");
        fixture.born(fixture.latest());
        fixture.exits(fixture.latest(), 1);
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
        assertEquals("broken", fixture.latest().generation().toString());
        fixture.abortRollout();
        fixture.neverServes(fixture.worker(4));
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
}
