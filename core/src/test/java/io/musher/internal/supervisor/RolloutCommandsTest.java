package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Rollouts that are superseded, joined and aborted, and those still being prepared. */
class RolloutCommandsTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatRetries() {
        fixture.with(ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY)).running(1);
        CompletableFuture<Rollout> broken = fixture.roll("broken");
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        CompletableFuture<Rollout> cure = fixture.roll("cure");
        assertEquals(Rollout.Outcome.SUPERSEDED, broken.join().outcome());
        assertEquals("superseded by another rollout: deploy", broken.join().failure().orElseThrow());
        assertEquals("cure", fixture.latest().generation().toString());
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        assertEquals(Map.of(1, 3), cure.join().replaced());
        fixture.pass(60_000);
        assertEquals(3, fixture.spawned.size());
        fixture.exits(fixture.worker(3), 1);
        assertEquals("cure", fixture.latest().generation().toString());
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
        assertEquals(List.of("first", "first"), fixture.generations());
        assertEquals("next", fixture.latest().generation().toString());
    }

    @Test
    void shouldReplaceWhatASupersededRolloutHasReplaced() {
        fixture.running(2);
        fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        CompletableFuture<Rollout> third = fixture.roll("third");
        assertEquals("third", fixture.latest().generation().toString());
        assertEquals(0, fixture.latest().instance());
        fixture.neverServes(fixture.worker(4));
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(3));
        fixture.serve(fixture.worker(6));
        fixture.leaves(fixture.worker(2));
        assertEquals(Map.of(3, 5, 2, 6), third.join().replaced());
        assertEquals(List.of("third", "third"), fixture.generations());
    }

    @Test
    void shouldGoBackToTheEditionBeforeBothWhenTheSecondFails() {
        fixture.running(2);
        fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        CompletableFuture<Rollout> third = fixture.roll("third");
        fixture.born(fixture.worker(5));
        fixture.exits(fixture.worker(5), 1);
        assertEquals("first", fixture.latest().generation().toString());
        fixture.serve(fixture.latest());
        fixture.leaves(fixture.worker(3));
        assertEquals(List.of("first", "first"), fixture.generations());
        assertEquals(Rollout.Outcome.FAILED, third.join().outcome());
    }

    @Test
    void shouldPutADeployInThePlaceOfARolloutThatGoesBack() {
        fixture.running(2);
        CompletableFuture<Rollout> second = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        fixture.exits(fixture.worker(4), 1);
        assertFalse(second.isDone());
        CompletableFuture<Rollout> third = fixture.roll("third");
        Rollout superseded = second.join();
        assertEquals(Rollout.Outcome.SUPERSEDED, superseded.outcome());
        assertTrue(superseded.failure().orElseThrow().startsWith("worker 4 (shop-2)"), superseded::toString);
        assertTrue(superseded.failure().orElseThrow().endsWith("; superseded by another rollout: deploy"),
                superseded::toString);
        assertEquals("output of 4", superseded.lastOutput());
        fixture.neverServes(fixture.worker(5));
        fixture.serve(fixture.latest());
        fixture.leaves(fixture.worker(3));
        fixture.serve(fixture.latest());
        fixture.leaves(fixture.worker(2));
        assertTrue(third.join().failure().isEmpty());
        assertEquals(List.of("third", "third"), fixture.generations());
    }

    @Test
    void shouldTellWhoReplacedTheWorkerThatMadeRoomForASupersededRollout() {
        fixture.with(PortMode.FIXED).running(1);
        fixture.roll("second");
        CompletableFuture<Rollout> third = fixture.roll("third");
        fixture.leaves(fixture.worker(1));
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
        fixture.leaves(fixture.worker(1));
        assertSame(deployed.join(), reloaded.join());
        assertEquals(2, fixture.spawned.size());
    }

    @Test
    void shouldLeadAReloadWithAnotherEnvironmentToThatAndLetAllWaitForIt() {
        fixture.running(2);
        CompletableFuture<Rollout> deployed = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
        assertEquals("second", fixture.supervisor.target().toString());
        CompletableFuture<Rollout> reloaded = fixture.reload("second, fresher");
        assertFalse(deployed.isDone());
        fixture.neverServes(fixture.worker(4));
        fixture.serve(fixture.worker(5));
        fixture.leaves(fixture.worker(3));
        fixture.serve(fixture.worker(6));
        fixture.leaves(fixture.worker(2));
        assertSame(deployed.join(), reloaded.join());
        assertEquals(Map.of(1, 3, 3, 5, 2, 6), deployed.join().replaced());
        assertEquals(List.of("second, fresher", "second, fresher"), fixture.generations());
    }

    @Test
    void shouldReloadWhatIsInForceWhileARolloutGoesBack() {
        fixture.running(2);
        CompletableFuture<Rollout> second = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.leaves(fixture.worker(1));
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
        fixture.leaves(fixture.worker(1));
        fixture.born(fixture.worker(4));
        CompletableFuture<Void> aborted = fixture.abortRollout();
        assertEquals(WorkerState.STOPPING, fixture.worker(4).state());
        assertEquals("first", fixture.latest().generation().toString());
        assertFalse(aborted.isDone());
        CompletableFuture<Void> again = fixture.abortRollout();
        fixture.serve(fixture.latest());
        assertFalse(aborted.isDone());
        fixture.leaves(fixture.worker(3));
        fixture.exits(fixture.worker(4), 143);
        assertTrue(aborted.isDone() && again.isDone());
        assertEquals(Rollout.Outcome.ABORTED, rolled.join().outcome());
        assertTrue(rolled.join().failure().orElseThrow().contains("aborted"));
        assertEquals(2, rolled.join().kept());
        assertEquals(List.of("first", "first"), fixture.generations());
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
