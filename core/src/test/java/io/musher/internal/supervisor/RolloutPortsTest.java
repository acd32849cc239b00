package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rollouts where ports are fixed, or refuse connections at the end. */
class RolloutPortsTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private List<Integer> ids() {
        return fixture.published.stream().map(Incarnation::id).toList();
    }

    @Test
    void shouldStopFirstWherePortsAreFixed() {
        fixture.with(PortMode.FIXED).running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        assertEquals(2, fixture.spawned.size());
        fixture.leaves(fixture.worker(1));
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        assertEquals("first", fixture.latest().generation().toString());
        assertTrue(rolled.join().failure().isPresent());
        fixture.serve(fixture.worker(4));
        assertEquals(List.of(4, 2), ids());
    }

    @Test
    void shouldTellWhoReplacedWhomWherePortsAreFixed() {
        fixture.with(PortMode.FIXED).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.leaves(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        assertEquals(Map.of(1, 2), rolled.join().replaced());
    }

    /** It may hold its port for hours. */

    @Test
    void shouldNotWaitForAFixedPortThatADisconnectedWorkerHolds() {
        fixture.with(PortMode.FIXED).running(2);
        fixture.events.disconnectRequested(fixture.worker(1));
        fixture.events.drained(fixture.worker(1));
        assertEquals(WorkerState.DETACHED, fixture.worker(1).state());
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.leaves(fixture.worker(2));
        fixture.serve(fixture.latest());
        assertTrue(rolled.isDone());
        fixture.exits(fixture.worker(1), 0);
        assertEquals("second", fixture.latest().generation().toString(), "who follows is of the new edition");
    }

    /** Two workers of the second edition are ready, and the ports of both are being checked. */
    private CompletableFuture<Rollout> rolledUntilTheCheckOfPorts() {
        fixture.hasPorts = true;
        fixture.running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        for (int id = 3; id <= 4; id++) {
            fixture.serve(fixture.worker(id));
            fixture.leaves(fixture.worker(id - 2));
        }
        assertEquals(List.of(fixture.worker(3), fixture.worker(4)), fixture.checked);
        assertFalse(rolled.isDone());
        return rolled;
    }

    private void portsAreChecked() {
        List<Runnable> checks = List.copyOf(fixture.portChecks);
        fixture.portChecks.clear();
        checks.forEach(Runnable::run);
    }

    @Test
    void shouldSucceedOnlyWhenThePortsOfAllReplacedWorkersAccept() {
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        fixture.portChecks.get(0).run();
        assertFalse(rolled.isDone(), "the other port is still being checked");
        fixture.portChecks.get(1).run();
        assertEquals(Rollout.Outcome.SUCCEEDED, rolled.join().outcome());
    }

    @Test
    void shouldNotWaitForEverForTheCheckOfPorts() {
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        fixture.pass(3_000);
        assertEquals(Rollout.Outcome.SUCCEEDED, rolled.join().outcome());
    }

    @Test
    void shouldGoBackWhenAReplacedWorkerRefusesAtTheEnd() {
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        fixture.events.portRefuses(fixture.worker(3), "nothing accepts");
        portsAreChecked();
        assertFalse(rolled.isDone());
        for (int id = 5; id <= 6; id++) {
            assertEquals("first", fixture.worker(id).generation().toString());
            fixture.serve(fixture.worker(id));
            fixture.leaves(fixture.worker(id - 2));
        }
        assertEquals(Rollout.Outcome.FAILED, rolled.join().outcome());
        assertTrue(rolled.join().failure().orElseThrow()
                .contains("worker 3 (shop-1) was ready and refuses connections"), rolled.join()::toString);
        assertEquals(List.of("first", "first"), fixture.generations());
    }

    @Test
    void shouldWaitWithRetryUntilAReplacedWorkerAcceptsAgain() {
        fixture.with(ReloadPolicy.ofDefaults().withOnFailure(ReloadPolicy.OnFailure.RETRY));
        CompletableFuture<Rollout> rolled = rolledUntilTheCheckOfPorts();
        fixture.events.portRefuses(fixture.worker(3), "nothing accepts");
        portsAreChecked();
        assertFalse(rolled.isDone());
        fixture.events.portAccepts(fixture.worker(3));
        fixture.pass(200);
        portsAreChecked();
        assertEquals(Rollout.Outcome.SUCCEEDED, rolled.join().outcome());
    }
}
