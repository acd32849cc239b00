package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ReloadPolicy;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rollouts whose replacements soak before they get traffic. */
class RolloutSoakTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private List<Integer> ids() {
        return fixture.published.stream().map(Incarnation::id).toList();
    }

    @Test
    void shouldGiveNoTrafficToAReplacementThatSoaks() {
        fixture.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        assertEquals(List.of(1), ids());
        assertEquals(WorkerState.ONLINE, fixture.worker(2).state());
        assertTrue(fixture.worker(2).why().contains("5 s"), fixture.worker(2).why());
        fixture.pass(4_999);
        fixture.events.ready(fixture.worker(2));
        assertEquals(List.of(1), ids(), "saying it again changes nothing");
        fixture.pass(1);
        assertEquals(List.of(2), ids());
        fixture.leaves(fixture.worker(1));
        assertTrue(rolled.join().failure().isEmpty());
        fixture.exits(fixture.worker(2), 1);
        fixture.serve(fixture.latest());
        assertEquals(1, ids().size(), "outside of a rollout no worker soaks");
    }

    @Test
    void shouldKeepTheOldOnesWhenAReplacementFailsInItsSoakTime() {
        fixture.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(2);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.pass(3_000);
        fixture.events.channelEnded(fixture.worker(3), false);
        fixture.exits(fixture.worker(3), 1);
        assertTrue(rolled.join().failure().orElseThrow().contains("in its soak time"), rolled.join()::toString);
        fixture.pass(10_000);
        assertEquals(List.of(1, 2), ids());
    }

    @Test
    void shouldWaitWithTheEndOfTheSoakForAWorkerThatIsNotReady() {
        fixture.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(1);
        fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.events.notReady(fixture.worker(2));
        fixture.pass(5_000);
        assertEquals(List.of(1), ids());
        fixture.events.ready(fixture.worker(2));
        assertEquals(List.of(2), ids());
    }

    @Test
    void shouldNotWaitForEverForAWorkerThatIsNotReadyAfterItsSoak() {
        fixture.with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(5))).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.events.notReady(fixture.worker(2));
        fixture.pass(65_000);
        fixture.exits(fixture.worker(2), 0);
        assertTrue(rolled.join().failure().isPresent());
        assertEquals(List.of(1), ids());
    }

    @Test
    void shouldStartOthersWhileAReplacementSoaks() {
        fixture.bootLimit(1).with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(600)));
        fixture.start(2);
        fixture.serve(fixture.worker(1));
        fixture.serve(fixture.worker(2));
        fixture.pass(2_000);
        fixture.roll("second");
        fixture.serve(fixture.worker(3));
        fixture.exits(fixture.worker(2), 1);
        assertEquals(4, fixture.spawned.size(), "a soaking worker boots no more");
        assertEquals("first", fixture.latest().generation().toString());
    }
}
