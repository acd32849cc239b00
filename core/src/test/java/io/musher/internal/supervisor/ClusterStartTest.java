package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.WorkerState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A start completes when all workers are ready, or is undone. */
class ClusterStartTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private static StartFailure failureOf(CompletableFuture<Void> start) {
        ExecutionException failure = assertThrows(ExecutionException.class, start::get);
        return (StartFailure) failure.getCause();
    }

    @Test
    void shouldBeStartedWhenAllAreReady() {
        CompletableFuture<Void> start = fixture.start(2);
        fixture.serve(fixture.worker(1));
        assertFalse(start.isDone());
        fixture.serve(fixture.worker(2));
        assertTrue(start.isDone());
        fixture.assertActions("spawn 1", "spawn 2", "publish [1]", "publish [1, 2]");
        fixture.assertReports("forked 1", "online 1", "ready 1", "forked 2", "online 2", "ready 2");
    }

    @Test
    void shouldStartNobodyWhenScaledToZero() {
        assertTrue(fixture.start(0).isDone());
        fixture.assertActions();
    }

    @Test
    void shouldBootALimitedNumberAtOnce() {
        fixture.bootLimit(2).start(6);
        fixture.assertActions("spawn 1", "spawn 2", "spawn 3", "spawn 4");
        fixture.serve(fixture.worker(2));
        fixture.assertActions("publish [2]", "spawn 5");
    }

    @Test
    void shouldBootFewerAtOnceWhenOthersServe() {
        fixture.bootLimit(2).start(1);
        fixture.serve(fixture.worker(1));
        fixture.forget();
        fixture.supervisor.scale(5, new CompletableFuture<>());
        fixture.assertActions("spawn 2", "spawn 3");
    }

    @Test
    void shouldStartAWorkerAgainThatWillStartInAnotherWay() {
        CompletableFuture<Void> start = fixture.start(1);
        fixture.born(fixture.worker(1));
        fixture.startsDifferently.add(1);
        fixture.forget();
        fixture.exits(fixture.worker(1), 1);
        fixture.assertActions("spawn 2");
        assertEquals(Exit.Cause.PORT_TAKEN, fixture.exit.cause());
        assertFalse(start.isDone());
        fixture.serve(fixture.worker(2));
        assertTrue(start.isDone());
        assertEquals(0, fixture.worker(2).restarts());
        assertEquals(0, fixture.worker(2).slot.failures);
    }

    @Test
    void shouldStartAWorkerAgainThatLivesOnWithoutItsPortAndWillStartInAnotherWay() {
        CompletableFuture<Void> start = fixture.start(1);
        fixture.born(fixture.worker(1));
        fixture.events.hello(fixture.worker(1));
        fixture.forget();
        fixture.events.portMissing(fixture.worker(1));
        fixture.assertActions();
        fixture.startsDifferently.add(1);
        fixture.events.portMissing(fixture.worker(1));
        fixture.assertActions("drain frame 1", "stop frame 1", "spawn 2");
        fixture.exits(fixture.worker(1), 0);
        assertEquals(Exit.Cause.PORT_TAKEN, fixture.exit.cause());
        fixture.serve(fixture.worker(2));
        assertTrue(start.isDone() && !start.isCompletedExceptionally());
        assertEquals(0, fixture.worker(2).slot.failures);
    }

    @Test
    void shouldStartAWorkerAgainThatWasNotReadyInTimeAndWillStartInAnotherWay() {
        CompletableFuture<Void> start = fixture.start(1);
        fixture.born(fixture.worker(1));
        fixture.events.hello(fixture.worker(1));
        fixture.pass(60_000);
        fixture.startsDifferently.add(1);
        fixture.forget();
        fixture.exits(fixture.worker(1), 0);
        fixture.assertActions("spawn 2");
        assertFalse(start.isDone());
    }

    @Test
    void shouldUndoAllWhenOneExitsBeforeItIsReady() {
        CompletableFuture<Void> start = fixture.start(3);
        fixture.serve(fixture.worker(1));
        fixture.born(fixture.worker(2));
        fixture.forget();
        fixture.exits(fixture.worker(2), 42);
        assertEquals(Exit.Cause.NEVER_READY, fixture.exit.cause());
        assertFalse(fixture.exit.voluntary());
        assertFalse(start.isDone(), "the others still live");
        fixture.assertActions("stop accepting", "publish []", "drain frame 1", "drain 1 20000");
        fixture.events.drained(fixture.worker(1));
        fixture.born(fixture.worker(3)); // its spawn was on the way
        fixture.assertActions("stop frame 1", "SIGTERM 3");
        fixture.exits(fixture.worker(1), 0);
        assertFalse(start.isDone());
        fixture.exits(fixture.worker(3), 143);
        assertSame(fixture.worker(2), failureOf(start).worker().orElseThrow());
        fixture.assertReports("disconnected 2", "exited 2", "forked 3", "disconnected 1", "exited 1", "disconnected 3",
                "exited 3",
                "stopped");
        assertTrue(fixture.timers.isEmpty());
    }

    @Test
    void shouldTellWhyTheSpawnFailed() {
        CompletableFuture<Void> start = fixture.start(1);
        IOException taken = new IOException("port 4001 is taken");
        fixture.events.spawnFailed(fixture.worker(1), taken);
        assertSame(taken, failureOf(start).getCause());
        assertTrue(fixture.worker(1).onExit().isCompletedExceptionally());
        fixture.assertReports("stopped");
    }

    @Test
    void shouldEndOneThatIsNotReadyInTime() {
        CompletableFuture<Void> start = fixture.start(1);
        fixture.pass(5_000);
        fixture.born(fixture.worker(1));
        fixture.events.hello(fixture.worker(1));
        fixture.pass(59_999);
        fixture.assertActions("spawn 1");
        fixture.pass(1);
        fixture.assertActions("drain frame 1", "stop frame 1");
        fixture.pass(5_000);
        fixture.assertActions("SIGKILL 1");
        fixture.dies(fixture.worker(1), "SIGKILL");
        assertEquals(Exit.Cause.START_TIMEOUT, fixture.exit.cause());
        assertTrue(failureOf(start).getMessage().contains("not ready in time"));
    }

    @Test
    void shouldFailWhenStoppedMeanwhile() {
        CompletableFuture<Void> start = fixture.start(2);
        fixture.born(fixture.worker(1));
        CompletableFuture<Void> stop = fixture.stop();
        CompletableFuture<Void> again = fixture.stop();
        fixture.dies(fixture.worker(1), "SIGTERM");
        assertFalse(stop.isDone(), "a process is on its way");
        fixture.born(fixture.worker(2));
        fixture.dies(fixture.worker(2), "SIGTERM");
        assertTrue(stop.isDone() && again.isDone() && fixture.stop().isDone());
        assertTrue(failureOf(start).worker().isEmpty());
    }

    @Test
    void shouldKeepWhatTheChannelSaidBeforeTheSpawnWasTold() {
        CompletableFuture<Void> start = fixture.start(1);
        Incarnation worker = fixture.worker(1);
        assertTrue(fixture.events.hello(worker));
        fixture.events.listening(worker, new InetSocketAddress(8080));
        fixture.assertReports();
        assertEquals(WorkerState.STARTING, worker.state());
        fixture.born(worker);
        fixture.assertReports("forked 1", "online 1", "listening 1 8080", "ready 1");
        assertEquals(8080, worker.port().getAsInt());
        assertTrue(start.isDone());
    }

    @Test
    void shouldFailWhenTheExitIsHeardBeforeTheSpawn() {
        CompletableFuture<Void> start = fixture.start(1);
        fixture.exits(fixture.worker(1), 1);
        fixture.born(fixture.worker(1));
        fixture.assertReports("forked 1", "disconnected 1", "exited 1", "stopped");
        assertTrue(start.isCompletedExceptionally());
    }
}
