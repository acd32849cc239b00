package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scaling up and down. */
class ScaleControllerTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private List<Integer> instances() {
        return fixture.supervisor.workers().stream().map(Incarnation::instance).toList();
    }

    @Test
    void shouldScaleUpAndDown() {
        fixture.running(1);
        CompletableFuture<Void> up = fixture.scale(3);
        fixture.serve(fixture.worker(2));
        assertFalse(up.isDone());
        fixture.serve(fixture.worker(3));
        assertTrue(up.isDone());
        CompletableFuture<Void> down = fixture.scale(2);
        assertEquals(List.of(0, 1, 2), instances());
        fixture.events.drained(fixture.worker(3));
        assertFalse(down.isDone());
        fixture.exits(fixture.worker(3), 0);
        assertTrue(down.isDone());
        assertEquals(List.of("scaled 1 3", "scaled 3 2"),
                fixture.reports.stream().filter(n -> n.startsWith("scaled")).toList());
    }

    @Test
    void shouldLetTheLastRequestWin() {
        fixture.running(2);
        CompletableFuture<Void> first = fixture.scale(4);
        fixture.born(fixture.worker(3));
        CompletableFuture<Void> second = fixture.scale(1);
        fixture.born(fixture.worker(4));
        CompletableFuture<Void> third = fixture.scale(2);
        for (int id : new int[]{2, 3, 4}) {
            fixture.exits(fixture.worker(id), 0);
        }
        assertFalse(first.isDone() || second.isDone() || third.isDone());
        fixture.serve(fixture.worker(5));
        assertTrue(first.isDone() && second.isDone() && third.isDone());
        assertEquals(List.of(0, 1), instances());
        assertFalse(fixture.reports.stream().anyMatch(n -> n.startsWith("scaled")), "2 before, 2 now");
    }

    @Test
    void shouldScaleToZeroAndBack() {
        fixture.running(1);
        fixture.scale(0);
        fixture.exits(fixture.worker(1), 0);
        assertEquals(List.of(), instances());
        CompletableFuture<Void> back = fixture.scale(1);
        fixture.serve(fixture.worker(2));
        assertTrue(back.isDone());
    }

    @Test
    void shouldForkTheLowestFreeInstance() {
        fixture.running(3);
        fixture.supervisor.stop(fixture.worker(2));
        fixture.exits(fixture.worker(2), 0);
        CompletableFuture<Incarnation> fork = new CompletableFuture<>();
        fixture.supervisor.fork(Map.of("a", "b"), fork);
        assertEquals(1, fixture.worker(4).instance());
        fixture.serve(fixture.worker(4));
        assertSame(fixture.worker(4), fork.join());
        fixture.dies(fixture.worker(4), "SIGSEGV");
        assertEquals(Map.of("a", "b"), fixture.worker(5).environment(), "kept by its successors");
        assertEquals(3, fixture.fork().isDone() ? 0 : fixture.worker(6).instance());
    }

    private Incarnation last() {
        return fixture.spawned.get(fixture.spawned.size() - 1);
    }

    @Test
    void shouldReviveWhatHasGivenUp() {
        fixture.running(1);
        fixture.giveUp(fixture.worker(1));
        assertTrue(fixture.supervisor.slots().get(0).gaveUp());
        CompletableFuture<Void> same = fixture.scale(1);
        assertFalse(same.isDone(), "the number is the same, but no worker serves");
        fixture.serve(last());
        assertTrue(same.isDone() && !same.isCompletedExceptionally());
        assertFalse(fixture.supervisor.slots().get(0).gaveUp());
        fixture.dies(last(), "SIGSEGV");
        assertEquals(0, fixture.delay.toMillis(), "its account is cleared");
    }

    @Test
    void shouldTellThatScaleCannotBeReached() {
        fixture.running(1);
        fixture.giveUp(fixture.worker(1));
        CompletableFuture<Void> up = fixture.scale(2);
        fixture.serve(fixture.spawned.stream().filter(worker -> worker.instance() == 1).findFirst().orElseThrow());
        assertFalse(up.isDone(), "the other one is tried once more");
        Incarnation sick = fixture.worker(1).slot.last.orElseThrow();
        fixture.born(sick);
        fixture.giveUp(sick);
        assertTrue(up.isCompletedExceptionally());
    }

    @Test
    void shouldStopWhatServesNobodyBeforeWhatIsReady() {
        fixture.running(5);
        fixture.loads.putAll(Map.of(1, 3, 3, 7, 4, 2, 5, 9));
        fixture.exits(fixture.worker(2), 1); // instance 1: starts anew
        fixture.events.notReady(fixture.worker(3));
        fixture.scale(4);
        assertEquals(List.of(1, 4, 5), fixture.published.stream().map(Incarnation::id).toList());
        assertFalse(fixture.supervisor.slots().get(1).wanted(), "that starts");
        fixture.scale(3);
        assertFalse(fixture.supervisor.slots().get(2).wanted(), "that is not ready");
        fixture.scale(2);
        assertEquals(List.of(1, 5), fixture.published.stream().map(Incarnation::id).toList(), "the least load");
        fixture.scale(1);
        assertEquals(List.of(5), fixture.published.stream().map(Incarnation::id).toList());
    }

    @Test
    void shouldStopWhatHasGivenUpFirst() {
        fixture.with(PortMode.NONE).running(3);
        fixture.giveUp(fixture.worker(1));
        assertTrue(fixture.supervisor.slots().get(0).gaveUp());
        CompletableFuture<Void> down = fixture.scale(2);
        assertTrue(down.isDone() && !down.isCompletedExceptionally());
        assertEquals(List.of(1, 2), instances());
    }

    @Test
    void shouldStopTheHighestWherePortsArePromised() {
        fixture.with(PortMode.FIXED).running(3);
        fixture.events.notReady(fixture.worker(1));
        fixture.scale(2);
        assertFalse(fixture.supervisor.slots().get(2).wanted(), "the others' ports are what is known outside");
    }

    @Test
    void shouldRefuseMoreThanTheLimitAtOnce() {
        fixture.limit = new Limit(3, "the machine is small");
        fixture.running(2);
        CompletableFuture<Void> four = fixture.scale(4);
        Throwable refusal = assertThrows(CompletionException.class, four::join).getCause();
        assertInstanceOf(IllegalArgumentException.class, refusal);
        assertEquals("scale to 4: 4 instances are more than the limit of 3: the machine is small",
                refusal.getMessage());
        fixture.assertActions();
        CompletableFuture<Incarnation> third = fixture.fork();
        fixture.serve(fixture.worker(3));
        assertTrue(third.isDone());
        refusal = assertThrows(CompletionException.class, () -> fixture.fork().join()).getCause();
        assertTrue(refusal.getMessage().contains("the limit of 3"), refusal::getMessage);
        fixture.supervisor.stop(fixture.worker(1));
        assertFalse(fixture.fork().isDone());
        refusal = assertThrows(CompletionException.class, () -> fixture.restart(fixture.worker(1)).join()).getCause();
        assertTrue(refusal.getMessage().contains("worker 4 has replaced it"), refusal::getMessage);
        fixture.supervisor.stop(fixture.worker(3));
        fixture.fork();
        assertTrue(fixture.restart(fixture.worker(3)).isCompletedExceptionally());
    }

    @Test
    void shouldCountAnInstanceWhosePortADisconnectedWorkerHoldsAgainstTheLimit() {
        fixture.limit = new Limit(2, "the ports end");
        fixture.with(PortMode.FIXED).running(2);
        fixture.supervisor.disconnect(fixture.worker(1));
        fixture.events.drained(fixture.worker(1));
        Throwable refusal = assertThrows(CompletionException.class, () -> fixture.fork().join()).getCause();
        assertTrue(
                refusal.getMessage().contains("disconnected workers still hold")
                        && refusal.getMessage().contains("the ports end"),
                refusal::getMessage);
        assertTrue(fixture.scale(2).isCompletedExceptionally());
        fixture.exits(fixture.worker(1), 0);
        CompletableFuture<Incarnation> again = fixture.fork();
        fixture.serve(fixture.worker(3));
        assertEquals(0, again.join().instance());
    }

    /** With a search per instance it takes minutes. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldScaleManyInstancesWithoutASearchForEach() {
        fixture.start(0);
        fixture.scale(100_000);
        fixture.scale(10);
        assertEquals(10, fixture.supervisor.slots().stream().filter(SlotStatus::wanted).count());
    }

    @Test
    void shouldScaleDownWhileOneIsBackingOff() {
        fixture.running(2);
        fixture.exits(fixture.worker(2), 1);
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        CompletableFuture<Void> down = fixture.scale(1);
        assertTrue(down.isDone());
        fixture.pass(60_000);
        assertEquals(3, fixture.spawned.size());
        assertTrue(fixture.timers.isEmpty());
    }

    @Test
    void shouldRefuseAfterStop() {
        fixture.running(1);
        CompletableFuture<Void> scale = fixture.scale(3);
        CompletableFuture<Incarnation> fork = fixture.fork();
        fixture.stop();
        assertTrue(scale.isCompletedExceptionally() && fork.isCompletedExceptionally());
        assertTrue(fixture.scale(2).isCompletedExceptionally());
        assertTrue(fixture.fork().isCompletedExceptionally());
        assertTrue(fixture.restart(fixture.worker(1)).isCompletedExceptionally());
    }

    @Test
    void shouldDropTheReplacementWithItsPredecessor() {
        fixture.running(1);
        CompletableFuture<Incarnation> restart = fixture.restart(fixture.worker(1));
        fixture.born(fixture.worker(2));
        fixture.supervisor.stop(fixture.worker(1));
        assertTrue(restart.isCompletedExceptionally());
        fixture.exits(fixture.worker(2), 143);
        fixture.exits(fixture.worker(1), 0);
        assertEquals(2, fixture.spawned.size());
        assertEquals(List.of(), instances());
    }

    @Test
    void shouldKeepThePredecessorOfAReplacementThatIsStopped() {
        fixture.running(1);
        CompletableFuture<Incarnation> restart = fixture.restart(fixture.worker(1));
        fixture.born(fixture.worker(2));
        fixture.supervisor.stop(fixture.worker(2));
        assertTrue(restart.isCompletedExceptionally());
        assertEquals(1, fixture.published.size());
        fixture.exits(fixture.worker(2), 143);
        assertEquals(List.of(0), instances());
    }

    @Test
    void shouldReportNoScaledEventWhenAnInstanceIsGivenUp() {
        fixture.running(1);
        CompletableFuture<Void> scaled = fixture.scale(2);
        fixture.born(fixture.worker(2));
        fixture.giveUp(fixture.worker(2));
        assertTrue(scaled.isCompletedExceptionally());
        assertEquals(List.of(), fixture.reports.stream().filter(each -> each.startsWith("scaled")).toList());
    }
}
