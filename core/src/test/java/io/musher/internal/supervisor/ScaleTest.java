package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The wanted number. */
class ScaleTest {

    private final Stage stage = new Stage();

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
        stage.supervisor.drained(stage.worker(3));
        assertFalse(down.isDone());
        stage.exits(stage.worker(3), 0);
        assertTrue(down.isDone());
        assertEquals(List.of("scaled 1 3", "scaled 3 2"), stage.news.stream().filter(n -> n.startsWith("scaled")).toList());
    }

    @Test
    void shouldLetTheLastRequestWin() {
        stage.running(2);
        CompletableFuture<Void> first = stage.scale(4);
        stage.born(stage.worker(3));
        CompletableFuture<Void> second = stage.scale(1);
        stage.born(stage.worker(4));
        CompletableFuture<Void> third = stage.scale(2);
        for (int id : new int[] {2, 3, 4}) {
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

    @Test
    void shouldTellThatScaleCannotBeReached() {
        stage.running(1);
        for (int i = 0; i < 10; i++) {
            Incarnation last = stage.spawned.get(stage.spawned.size() - 1);
            stage.born(last);
            stage.exits(last, 1);
            stage.pass(15_000);
        }
        CompletableFuture<Void> up = stage.scale(2);
        assertFalse(up.isDone());
        stage.serve(stage.spawned.get(stage.spawned.size() - 1));
        assertTrue(up.isCompletedExceptionally());
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
}
