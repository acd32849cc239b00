package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.RestartPolicy;
import io.musher.WorkerState;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Restarts after an exit, and when there are none. */
class RestartControllerTest {

    private final SupervisorFixture stage = new SupervisorFixture();

    private Incarnation last() {
        return stage.spawned.get(stage.spawned.size() - 1);
    }

    private void loop(int times) {
        for (int i = 0; i < times; i++) {
            stage.born(last());
            stage.exits(last(), 1);
            stage.pass(15_000);
        }
    }

    @Test
    void shouldReplaceACrashedWorkerAtOnce() {
        stage.running(2);
        stage.pass(60_000);
        stage.dies(stage.worker(1), "SIGSEGV");
        stage.assertDeeds("publish [2]", "spawn 3");
        stage.assertNews("disconnected 1", "exited 1", "restarting 1 0");
        assertEquals(1, stage.worker(3).restarts());
        assertEquals(0, stage.worker(3).instance());
        assertFalse(stage.worker(3).sparePort());
    }

    @Test
    void shouldBackOffAndGiveUp() {
        stage.running(2);
        stage.exits(stage.worker(2), 1);
        stage.assertNews("disconnected 2", "exited 2", "restarting 2 0");
        for (int expected : new int[]{200, 400, 800, 1600, 3200, 6400, 12_800, 15_000}) {
            stage.born(last());
            stage.exits(last(), 1);
            assertEquals(expected, stage.delay.toMillis());
            stage.forget();
            stage.pass(expected - 1);
            stage.assertDeeds();
            stage.pass(1);
            assertEquals(1, stage.deeds.size());
        }
        stage.born(last());
        stage.forget();
        stage.exits(last(), 1);
        stage.assertNews("disconnected 11", "exited 11", "gave up 11");
        stage.pass(1_000_000);
        stage.assertDeeds();
        assertEquals(1, stage.published.size(), "the other serves");
        assertTrue(stage.supervisor.slots().get(1).gaveUp());
    }

    @Test
    void shouldReviveWhatWasGivenUp() {
        stage.running(1);
        loop(10);
        assertTrue(stage.news.contains("gave up 10"));
        CompletableFuture<Incarnation> revived = stage.restart(last());
        stage.serve(last());
        assertSame(last(), revived.join());
        stage.dies(last(), "SIGSEGV");
        assertEquals(0, stage.delay.toMillis(), "the account was cleared");
    }

    @Test
    void shouldTellOnceThatAllGaveUp() {
        stage.running(2);
        loop(10);
        assertFalse(stage.news.contains("all gave up [11]"), "the other serves");
        stage.exits(stage.worker(1), 1);
        loop(10);
        assertEquals("all gave up [21, 11]", stage.news.get(stage.news.size() - 1));
        stage.restart(last());
        loop(9);
        assertEquals(1, stage.news.stream().filter(news -> news.startsWith("all gave up")).count(),
                "revived, and trying");
        loop(1);
        assertEquals("all gave up [31, 11]", stage.news.get(stage.news.size() - 1));
    }

    @Test
    void shouldTellThatAllGaveUpWhenTheOnlyOtherWorkerIsStopped() {
        stage.running(2);
        loop(10);
        stage.supervisor.stop(stage.worker(1));
        assertEquals("all gave up [11]", stage.news.get(stage.news.size() - 1));
        stage.forget().stop();
        assertEquals(List.of(), stage.news);
    }

    @Test
    void shouldCountASpawnThatFailed() {
        stage.running(1);
        stage.pass(60_000);
        stage.exits(stage.worker(1), 0);
        for (int i = 0; i < 10; i++) {
            stage.events.spawnFailed(last(), new IOException("no such program"));
            stage.pass(15_000);
        }
        assertFalse(stage.news.contains("forked 2"));
        assertTrue(stage.news.contains("gave up 11"));
        assertTrue(last().explain().contains("no such program"));
    }

    @Test
    void shouldReplaceBesideTheOldOne() {
        stage.running(2);
        CompletableFuture<Incarnation> restarted = stage.restart(stage.worker(1));
        stage.assertDeeds("spawn 3");
        assertTrue(stage.worker(3).sparePort());
        assertSame(WorkerState.READY, stage.worker(1).state());
        CompletableFuture<Incarnation> joined = stage.restart(stage.worker(1));
        stage.assertDeeds();
        stage.serve(stage.worker(3));
        stage.assertDeeds("publish [3, 2]", "drain frame 1", "drain 1 20000");
        assertSame(stage.worker(3), restarted.join());
        assertSame(stage.worker(3), joined.join());
        stage.events.drained(stage.worker(1));
        stage.exits(stage.worker(1), 0);
        assertEquals(Exit.Cause.STOPPED, stage.exit.cause());
        assertEquals(0, stage.worker(3).restarts(), "not the policy's doing");
        assertTrue(stage.restart(stage.worker(1)).isCompletedExceptionally());
    }

    @Test
    void shouldKeepTheOldOneWhenTheReplacementFails() {
        stage.running(1);
        CompletableFuture<Incarnation> restarted = stage.restart(stage.worker(1));
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1);
        assertTrue(restarted.isCompletedExceptionally());
        assertEquals(WorkerState.READY, stage.worker(1).state());
        assertFalse(stage.news.contains("restarting 2 100"));
        CompletableFuture<Incarnation> again = stage.restart(stage.worker(1));
        stage.serve(stage.worker(3));
        assertSame(stage.worker(3), again.join());
    }

    @Test
    void shouldLetTheReplacementStepInWhenTheOldOneCrashesMeanwhile() {
        stage.running(1);
        CompletableFuture<Incarnation> restarted = stage.restart(stage.worker(1));
        stage.exits(stage.worker(1), 1);
        assertFalse(stage.news.contains("restarting 1 0"));
        stage.serve(stage.worker(2));
        assertSame(stage.worker(2), restarted.join());
        stage.assertDeeds("spawn 2", "publish []", "publish [2]");
    }

    @Test
    void shouldStopFirstWherePortsArePromised() {
        stage.with(PortMode.FIXED).running(1);
        CompletableFuture<Incarnation> restarted = stage.restart(stage.worker(1));
        stage.events.drained(stage.worker(1));
        stage.assertDeeds("publish []", "drain frame 1", "drain 1 20000", "stop frame 1");
        stage.exits(stage.worker(1), 0);
        stage.assertDeeds("spawn 2");
        stage.serve(stage.worker(2));
        assertSame(stage.worker(2), restarted.join());
    }

    @Test
    void shouldNotGiveOutThePortOfADetachedWorker() {
        stage.with(PortMode.FIXED).running(1);
        stage.events.disconnectRequested(stage.worker(1));
        stage.events.drained(stage.worker(1));
        stage.pass(100_000);
        assertEquals(1, stage.spawned.size());
        stage.exits(stage.worker(1), 0);
        assertEquals(2, stage.spawned.size());
    }

    /** It might have held its port for hours. */
    @Test
    void shouldStopADetachedWorkerThatIsToBeRestarted() {
        stage.with(PortMode.FIXED).running(1);
        stage.events.disconnectRequested(stage.worker(1));
        stage.events.drained(stage.worker(1));
        assertEquals(WorkerState.DETACHED, stage.worker(1).state());
        CompletableFuture<Incarnation> restarted = stage.restart(stage.worker(1));
        assertEquals(WorkerState.STOPPING, stage.worker(1).state());
        stage.exits(stage.worker(1), 143);
        stage.serve(last());
        assertSame(last(), restarted.join());
    }

    @Test
    void shouldDoAsThePolicySays() {
        stage.with(RestartPolicy.onFailure()).running(3);
        stage.exits(stage.worker(1), 0);
        stage.events.disconnectRequested(stage.worker(2));
        assertEquals(3, stage.spawned.size());
        stage.exits(stage.worker(3), 3);
        assertEquals(4, stage.spawned.size());
        CompletableFuture<Incarnation> fork = stage.fork();
        assertEquals(0, last().instance(), "it is not wanted any more");
        stage.serve(last());
        assertTrue(fork.isDone());
    }

    @Test
    void shouldNeverReplace() {
        stage.with(RestartPolicy.never()).running(1);
        stage.supervisor.kill(stage.worker(1));
        stage.dies(stage.worker(1), "SIGKILL");
        assertEquals(1, stage.spawned.size());
        assertFalse(stage.supervisor.slots().get(0).wanted());
    }

    @Test
    void shouldSkipTheBackoffWhenAsked() {
        stage.running(1);
        stage.exits(stage.worker(1), 1);
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1);
        assertEquals(200, stage.delay.toMillis());
        stage.restart(stage.worker(2));
        assertEquals(3, stage.spawned.size());
        stage.pass(1_000);
        assertEquals(3, stage.spawned.size());
    }
}
