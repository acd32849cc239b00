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

    private final SupervisorFixture stage = new SupervisorFixture();

    private List<Integer> instances() {
        return stage.supervisor.workers().stream().map(Incarnation::instance).toList();
    }

    @Test
    void shouldScaleUpAndDown() {
        stage.running(1);
        CompletableFuture<Void> up = stage.scale(3);
        stage.serve(stage.worker(2));
        assertFalse(up.isDone());
        stage.serve(stage.worker(3));
        assertTrue(up.isDone());
        CompletableFuture<Void> down = stage.scale(2);
        assertEquals(List.of(0, 1, 2), instances());
        stage.events.drained(stage.worker(3));
        assertFalse(down.isDone());
        stage.exits(stage.worker(3), 0);
        assertTrue(down.isDone());
        assertEquals(List.of("scaled 1 3", "scaled 3 2"),
                stage.news.stream().filter(n -> n.startsWith("scaled")).toList());
    }

    @Test
    void shouldLetTheLastRequestWin() {
        stage.running(2);
        CompletableFuture<Void> first = stage.scale(4);
        stage.born(stage.worker(3));
        CompletableFuture<Void> second = stage.scale(1);
        stage.born(stage.worker(4));
        CompletableFuture<Void> third = stage.scale(2);
        for (int id : new int[]{2, 3, 4}) {
            stage.exits(stage.worker(id), 0);
        }
        assertFalse(first.isDone() || second.isDone() || third.isDone());
        stage.serve(stage.worker(5));
        assertTrue(first.isDone() && second.isDone() && third.isDone());
        assertEquals(List.of(0, 1), instances());
        assertFalse(stage.news.stream().anyMatch(n -> n.startsWith("scaled")), "2 before, 2 now");
    }

    @Test
    void shouldScaleToZeroAndBack() {
        stage.running(1);
        stage.scale(0);
        stage.exits(stage.worker(1), 0);
        assertEquals(List.of(), instances());
        CompletableFuture<Void> back = stage.scale(1);
        stage.serve(stage.worker(2));
        assertTrue(back.isDone());
    }

    @Test
    void shouldForkTheLowestFreeInstance() {
        stage.running(3);
        stage.supervisor.stop(stage.worker(2));
        stage.exits(stage.worker(2), 0);
        CompletableFuture<Incarnation> fork = new CompletableFuture<>();
        stage.supervisor.fork(Map.of("a", "b"), fork);
        assertEquals(1, stage.worker(4).instance());
        stage.serve(stage.worker(4));
        assertSame(stage.worker(4), fork.join());
        stage.dies(stage.worker(4), "SIGSEGV");
        assertEquals(Map.of("a", "b"), stage.worker(5).environment(), "kept by its successors");
        assertEquals(3, stage.fork().isDone() ? 0 : stage.worker(6).instance());
    }

    private Incarnation last() {
        return stage.spawned.get(stage.spawned.size() - 1);
    }

    /** A worker that lives ends, and so do all that follow it. */
    private void giveUp(Incarnation first) {
        stage.exits(first, 1);
        stage.pass(15_000);
        while (!first.slot.gaveUp) {
            stage.born(first.slot.last);
            stage.exits(first.slot.last, 1);
            stage.pass(15_000);
        }
    }

    @Test
    void shouldReviveWhatHasGivenUp() {
        stage.running(1);
        giveUp(stage.worker(1));
        assertTrue(stage.supervisor.slots().get(0).gaveUp());
        CompletableFuture<Void> same = stage.scale(1);
        assertFalse(same.isDone(), "the number is the same, but nobody serves");
        stage.serve(last());
        assertTrue(same.isDone() && !same.isCompletedExceptionally());
        assertFalse(stage.supervisor.slots().get(0).gaveUp());
        stage.dies(last(), "SIGSEGV");
        assertEquals(0, stage.delay.toMillis(), "its account is cleared");
    }

    @Test
    void shouldTellThatScaleCannotBeReached() {
        stage.running(1);
        giveUp(stage.worker(1));
        CompletableFuture<Void> up = stage.scale(2);
        stage.serve(stage.spawned.stream().filter(worker -> worker.instance() == 1).findFirst().orElseThrow());
        assertFalse(up.isDone(), "the other one is tried once more");
        Incarnation sick = stage.worker(1).slot.last;
        stage.born(sick);
        giveUp(sick);
        assertTrue(up.isCompletedExceptionally());
    }

    @Test
    void shouldStopWhatServesNobodyBeforeWhatIsReady() {
        stage.running(5);
        stage.loads.putAll(Map.of(1, 3, 3, 7, 4, 2, 5, 9));
        stage.exits(stage.worker(2), 1); // instance 1: starts anew
        stage.events.notReady(stage.worker(3));
        stage.scale(4);
        assertEquals(List.of(1, 4, 5), stage.published.stream().map(Incarnation::id).toList());
        assertFalse(stage.supervisor.slots().get(1).wanted(), "that starts");
        stage.scale(3);
        assertFalse(stage.supervisor.slots().get(2).wanted(), "that is not ready");
        stage.scale(2);
        assertEquals(List.of(1, 5), stage.published.stream().map(Incarnation::id).toList(), "the least load");
        stage.scale(1);
        assertEquals(List.of(5), stage.published.stream().map(Incarnation::id).toList());
    }

    @Test
    void shouldStopWhatHasGivenUpFirst() {
        stage.with(PortMode.NONE).running(3);
        giveUp(stage.worker(1));
        assertTrue(stage.supervisor.slots().get(0).gaveUp());
        CompletableFuture<Void> down = stage.scale(2);
        assertTrue(down.isDone() && !down.isCompletedExceptionally());
        assertEquals(List.of(1, 2), instances());
    }

    @Test
    void shouldStopTheHighestWherePortsArePromised() {
        stage.with(PortMode.FIXED).running(3);
        stage.events.notReady(stage.worker(1));
        stage.scale(2);
        assertFalse(stage.supervisor.slots().get(2).wanted(), "the others' ports are what is known outside");
    }

    @Test
    void shouldRefuseMoreThanTheLimitAtOnce() {
        stage.limit = new Limit(3, "the machine is small");
        stage.running(2);
        CompletableFuture<Void> four = stage.scale(4);
        Throwable refusal = assertThrows(CompletionException.class, four::join).getCause();
        assertInstanceOf(IllegalArgumentException.class, refusal);
        assertEquals("scale to 4: 4 instances are more than the limit of 3: the machine is small",
                refusal.getMessage());
        stage.assertDeeds();
        CompletableFuture<Incarnation> third = stage.fork();
        stage.serve(stage.worker(3));
        assertTrue(third.isDone());
        refusal = assertThrows(CompletionException.class, () -> stage.fork().join()).getCause();
        assertTrue(refusal.getMessage().contains("the limit of 3"), refusal::getMessage);
        stage.supervisor.stop(stage.worker(1));
        assertFalse(stage.fork().isDone());
        refusal = assertThrows(CompletionException.class, () -> stage.restart(stage.worker(1)).join()).getCause();
        assertTrue(refusal.getMessage().contains("worker 4 has followed it"), refusal::getMessage);
        stage.supervisor.stop(stage.worker(3));
        stage.fork();
        assertTrue(stage.restart(stage.worker(3)).isCompletedExceptionally());
    }

    @Test
    void shouldCountAnInstanceWhosePortADisconnectedWorkerHoldsAgainstTheLimit() {
        stage.limit = new Limit(2, "the ports end");
        stage.with(PortMode.FIXED).running(2);
        stage.supervisor.disconnect(stage.worker(1));
        stage.events.drained(stage.worker(1));
        Throwable refusal = assertThrows(CompletionException.class, () -> stage.fork().join()).getCause();
        assertTrue(
                refusal.getMessage().contains("disconnected workers still hold")
                        && refusal.getMessage().contains("the ports end"),
                refusal::getMessage);
        assertTrue(stage.scale(2).isCompletedExceptionally());
        stage.exits(stage.worker(1), 0);
        CompletableFuture<Incarnation> again = stage.fork();
        stage.serve(stage.worker(3));
        assertEquals(0, again.join().instance());
    }

    /** With a search per instance it takes minutes. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldScaleManyInstancesWithoutASearchForEach() {
        stage.start(0);
        stage.scale(100_000);
        stage.scale(10);
        assertEquals(10, stage.supervisor.slots().stream().filter(SlotStatus::wanted).count());
    }

    @Test
    void shouldScaleDownWhileOneIsBackingOff() {
        stage.running(2);
        stage.exits(stage.worker(2), 1);
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 1);
        CompletableFuture<Void> down = stage.scale(1);
        assertTrue(down.isDone());
        stage.pass(60_000);
        assertEquals(3, stage.spawned.size());
        assertTrue(stage.timers.isEmpty());
    }

    @Test
    void shouldRefuseAfterStop() {
        stage.running(1);
        CompletableFuture<Void> scale = stage.scale(3);
        CompletableFuture<Incarnation> fork = stage.fork();
        stage.stop();
        assertTrue(scale.isCompletedExceptionally() && fork.isCompletedExceptionally());
        assertTrue(stage.scale(2).isCompletedExceptionally());
        assertTrue(stage.fork().isCompletedExceptionally());
        assertTrue(stage.restart(stage.worker(1)).isCompletedExceptionally());
    }

    @Test
    void shouldDropTheReplacementWithItsPredecessor() {
        stage.running(1);
        CompletableFuture<Incarnation> restart = stage.restart(stage.worker(1));
        stage.born(stage.worker(2));
        stage.supervisor.stop(stage.worker(1));
        assertTrue(restart.isCompletedExceptionally());
        stage.exits(stage.worker(2), 143);
        stage.exits(stage.worker(1), 0);
        assertEquals(2, stage.spawned.size());
        assertEquals(List.of(), instances());
    }

    @Test
    void shouldKeepThePredecessorOfAReplacementThatIsStopped() {
        stage.running(1);
        CompletableFuture<Incarnation> restart = stage.restart(stage.worker(1));
        stage.born(stage.worker(2));
        stage.supervisor.stop(stage.worker(2));
        assertTrue(restart.isCompletedExceptionally());
        assertEquals(1, stage.published.size());
        stage.exits(stage.worker(2), 143);
        assertEquals(List.of(0), instances());
    }

    @Test
    void shouldReportNoScaledEventWhenAnInstanceIsGivenUp() {
        stage.running(1);
        CompletableFuture<Void> scaled = stage.scale(2);
        stage.born(stage.worker(2));
        giveUp(stage.worker(2));
        assertTrue(scaled.isCompletedExceptionally());
        assertEquals(List.of(), stage.news.stream().filter(each -> each.startsWith("scaled")).toList());
    }
}
