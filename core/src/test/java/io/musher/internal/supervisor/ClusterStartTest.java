package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.WorkerState;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A start completes when all workers are ready, or is undone. */
class ClusterStartTest {

    private final SupervisorFixture stage = new SupervisorFixture();

    private static StartFailure failureOf(CompletableFuture<Void> start) {
        ExecutionException failure = assertThrows(ExecutionException.class, start::get);
        return (StartFailure) failure.getCause();
    }

    @Test
    void shouldBeStartedWhenAllAreReady() {
        CompletableFuture<Void> start = stage.start(2);
        stage.serve(stage.worker(1));
        assertFalse(start.isDone());
        stage.serve(stage.worker(2));
        assertTrue(start.isDone());
        stage.assertDeeds("spawn 1", "spawn 2", "publish [1]", "publish [1, 2]");
        stage.assertNews("forked 1", "online 1", "ready 1", "forked 2", "online 2", "ready 2");
    }

    @Test
    void shouldStartNobodyWhenScaledToZero() {
        assertTrue(stage.start(0).isDone());
        stage.assertDeeds();
    }

    @Test
    void shouldBootALimitedNumberAtOnce() {
        stage.bootLimit(2).start(4);
        stage.assertDeeds("spawn 1", "spawn 2");
        stage.serve(stage.worker(2));
        stage.assertDeeds("publish [2]", "spawn 3");
    }

    @Test
    void shouldUndoAllWhenOneExitsBeforeItIsReady() {
        CompletableFuture<Void> start = stage.start(3);
        stage.serve(stage.worker(1));
        stage.born(stage.worker(2));
        stage.forget();
        stage.exits(stage.worker(2), 42);
        assertEquals(Exit.Cause.NEVER_READY, stage.exit.cause());
        assertFalse(stage.exit.voluntary());
        assertFalse(start.isDone(), "the others still live");
        stage.assertDeeds("stop accepting", "publish []", "drain frame 1", "drain 1 20000");
        stage.events.drained(stage.worker(1));
        stage.born(stage.worker(3)); // its spawn was on the way
        stage.assertDeeds("stop frame 1", "SIGTERM 3");
        stage.exits(stage.worker(1), 0);
        assertFalse(start.isDone());
        stage.exits(stage.worker(3), 143);
        assertSame(stage.worker(2), failureOf(start).worker().orElseThrow());
        stage.assertNews("disconnected 2", "exited 2", "forked 3", "disconnected 1", "exited 1", "disconnected 3",
                "exited 3",
                "stopped");
        assertTrue(stage.timers.isEmpty());
    }

    @Test
    void shouldTellWhyTheSpawnFailed() {
        CompletableFuture<Void> start = stage.start(1);
        IOException taken = new IOException("port 4001 is taken");
        stage.events.spawnFailed(stage.worker(1), taken);
        assertSame(taken, failureOf(start).getCause());
        assertTrue(stage.worker(1).onExit().isCompletedExceptionally());
        stage.assertNews("stopped");
    }

    @Test
    void shouldEndOneThatIsNotReadyInTime() {
        CompletableFuture<Void> start = stage.start(1);
        stage.pass(5_000);
        stage.born(stage.worker(1));
        stage.events.hello(stage.worker(1));
        stage.pass(59_999);
        stage.assertDeeds("spawn 1");
        stage.pass(1);
        stage.assertDeeds("drain frame 1", "stop frame 1");
        stage.pass(5_000);
        stage.assertDeeds("SIGKILL 1");
        stage.dies(stage.worker(1), "SIGKILL");
        assertEquals(Exit.Cause.START_TIMEOUT, stage.exit.cause());
        assertTrue(failureOf(start).getMessage().contains("not ready in time"));
    }

    @Test
    void shouldFailWhenStoppedMeanwhile() {
        CompletableFuture<Void> start = stage.start(2);
        stage.born(stage.worker(1));
        CompletableFuture<Void> stop = stage.stop();
        CompletableFuture<Void> again = stage.stop();
        stage.dies(stage.worker(1), "SIGTERM");
        assertFalse(stop.isDone(), "a process is on its way");
        stage.born(stage.worker(2));
        stage.dies(stage.worker(2), "SIGTERM");
        assertTrue(stop.isDone() && again.isDone() && stage.stop().isDone());
        assertTrue(failureOf(start).worker().isEmpty());
    }

    @Test
    void shouldKeepWhatTheChannelSaidBeforeTheSpawnWasTold() {
        CompletableFuture<Void> start = stage.start(1);
        Incarnation worker = stage.worker(1);
        assertTrue(stage.events.hello(worker));
        stage.events.listening(worker, 8080);
        stage.assertNews();
        assertEquals(WorkerState.STARTING, worker.state());
        stage.born(worker);
        stage.assertNews("forked 1", "online 1", "listening 1 8080", "ready 1");
        assertEquals(8080, worker.port().getAsInt());
        assertTrue(start.isDone());
    }

    @Test
    void shouldFailWhenTheExitIsHeardBeforeTheSpawn() {
        CompletableFuture<Void> start = stage.start(1);
        stage.exits(stage.worker(1), 1);
        stage.born(stage.worker(1));
        stage.assertNews("forked 1", "disconnected 1", "exited 1", "stopped");
        assertTrue(start.isCompletedExceptionally());
    }
}
