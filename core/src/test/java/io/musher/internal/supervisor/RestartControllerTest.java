package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.RestartPolicy;
import io.musher.WorkerState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Restarts after an exit, and when there are none. */
class RestartControllerTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private Incarnation last() {
        return fixture.spawned.get(fixture.spawned.size() - 1);
    }

    private void loop(int times) {
        for (int i = 0; i < times; i++) {
            fixture.born(last());
            fixture.exits(last(), 1);
            fixture.pass(15_000);
        }
    }

    @Test
    void shouldReplaceACrashedWorkerAtOnce() {
        fixture.running(2);
        fixture.pass(60_000);
        fixture.dies(fixture.worker(1), "SIGSEGV");
        fixture.assertActions("publish [2]", "spawn 3");
        fixture.assertReports("disconnected 1", "exited 1", "restarting 1 0");
        assertEquals(1, fixture.worker(3).restarts());
        assertEquals(0, fixture.worker(3).instance());
        assertFalse(fixture.worker(3).sparePort());
    }

    @Test
    void shouldBackOffAndGiveUp() {
        fixture.running(2);
        fixture.exits(fixture.worker(2), 1);
        fixture.assertReports("disconnected 2", "exited 2", "restarting 2 0");
        for (int expected : new int[]{200, 400, 800, 1600, 3200, 6400, 12_800, 15_000}) {
            fixture.born(last());
            fixture.exits(last(), 1);
            assertEquals(expected, fixture.delay.toMillis());
            fixture.forget();
            fixture.pass(expected - 1);
            fixture.assertActions();
            fixture.pass(1);
            assertEquals(1, fixture.actions.size());
        }
        fixture.born(last());
        fixture.forget();
        fixture.exits(last(), 1);
        fixture.assertReports("disconnected 11", "exited 11", "gave up 11");
        fixture.pass(1_000_000);
        fixture.assertActions();
        assertEquals(1, fixture.published.size(), "the other serves");
        assertTrue(fixture.supervisor.slots().get(1).gaveUp());
    }

    @Test
    void shouldReplaceAStableWorkerAtOnceHoweverOften() {
        fixture.running(1);
        for (int i = 0; i < 12; i++) {
            fixture.pass(3_000);
            fixture.exits(last(), 1);
            assertEquals(0, fixture.delay.toMillis());
            fixture.serve(last());
        }
        assertFalse(fixture.reports.stream().anyMatch(report -> report.startsWith("gave up")));
    }

    @Test
    void shouldDelayEveryRestartWhereTheDelayIsConstant() {
        Duration tenSeconds = Duration.ofSeconds(10);
        fixture.with(RestartPolicy.always().withDelays(tenSeconds, tenSeconds)).running(1);
        for (int life : new int[]{0, 3_000, 60_000, 600_000}) {
            fixture.pass(life);
            fixture.exits(last(), life == 60_000 ? 0 : 1);
            assertEquals(tenSeconds, fixture.delay, "after " + life + " ms");
            fixture.pass(10_000);
            fixture.serve(last());
        }
        fixture.supervisor.kill(last());
        fixture.dies(last(), "SIGKILL");
        assertEquals(Duration.ZERO, fixture.delay);
    }

    @Test
    void shouldReviveWhatWasGivenUp() {
        fixture.running(1);
        loop(10);
        assertTrue(fixture.reports.contains("gave up 10"));
        CompletableFuture<Incarnation> revived = fixture.restart(last());
        fixture.serve(last());
        assertSame(last(), revived.join());
        fixture.dies(last(), "SIGSEGV");
        assertEquals(0, fixture.delay.toMillis(), "the account was cleared");
    }

    @Test
    void shouldTellOnceThatAllGaveUp() {
        fixture.running(2);
        loop(10);
        assertFalse(fixture.reports.contains("all gave up [11]"), "the other serves");
        fixture.exits(fixture.worker(1), 1);
        loop(10);
        assertEquals("all gave up [21, 11]", fixture.reports.get(fixture.reports.size() - 1));
        fixture.restart(last());
        loop(9);
        assertEquals(1, fixture.reports.stream().filter(reports -> reports.startsWith("all gave up")).count(),
                "revived, and trying");
        loop(1);
        assertEquals("all gave up [31, 11]", fixture.reports.get(fixture.reports.size() - 1));
    }

    @Test
    void shouldTellThatAllGaveUpWhenTheOnlyOtherWorkerIsStopped() {
        fixture.running(2);
        loop(10);
        fixture.supervisor.stop(fixture.worker(1));
        assertEquals("all gave up [11]", fixture.reports.get(fixture.reports.size() - 1));
        fixture.forget().stop();
        assertEquals(List.of(), fixture.reports);
    }

    @Test
    void shouldCountASpawnThatFailed() {
        fixture.running(1);
        fixture.pass(60_000);
        fixture.exits(fixture.worker(1), 0);
        for (int i = 0; i < 10; i++) {
            fixture.events.spawnFailed(last(), new IOException("no such program"));
            fixture.pass(15_000);
        }
        assertFalse(fixture.reports.contains("forked 2"));
        assertTrue(fixture.reports.contains("gave up 11"));
        assertTrue(last().explain().contains("no such program"));
    }

    @Test
    void shouldReplaceBesideTheOldOne() {
        fixture.running(2);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.assertActions("spawn 3");
        assertTrue(fixture.worker(3).sparePort());
        assertSame(WorkerState.READY, fixture.worker(1).state());
        CompletableFuture<Incarnation> joined = fixture.restart(fixture.worker(1));
        fixture.assertActions();
        fixture.serve(fixture.worker(3));
        fixture.assertActions("publish [3, 2]", "drain frame 1", "drain 1 20000");
        assertSame(fixture.worker(3), restarted.join());
        assertSame(fixture.worker(3), joined.join());
        fixture.events.drained(fixture.worker(1));
        fixture.exits(fixture.worker(1), 0);
        assertEquals(Exit.Cause.STOPPED, fixture.exit.cause());
        assertEquals(0, fixture.worker(3).restarts(), "not the policy's doing");
        assertTrue(fixture.restart(fixture.worker(1)).isCompletedExceptionally());
    }

    @Test
    void shouldKeepTheOldOneWhenTheReplacementFails() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        assertTrue(restarted.isCompletedExceptionally());
        assertEquals(WorkerState.READY, fixture.worker(1).state());
        assertFalse(fixture.reports.contains("restarting 2 100"));
        CompletableFuture<Incarnation> again = fixture.restart(fixture.worker(1));
        fixture.serve(fixture.worker(3));
        assertSame(fixture.worker(3), again.join());
    }

    @Test
    void shouldLetTheReplacementStepInWhenTheOldOneCrashesMeanwhile() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.exits(fixture.worker(1), 1);
        assertFalse(fixture.reports.contains("restarting 1 0"));
        fixture.serve(fixture.worker(2));
        assertSame(fixture.worker(2), restarted.join());
        fixture.assertActions("spawn 2", "publish []", "publish [2]");
    }

    @Test
    void shouldStopFirstWherePortsArePromised() {
        fixture.with(PortMode.FIXED).running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.events.drained(fixture.worker(1));
        fixture.assertActions("publish []", "drain frame 1", "drain 1 20000", "stop frame 1");
        fixture.exits(fixture.worker(1), 0);
        fixture.assertActions("spawn 2");
        fixture.serve(fixture.worker(2));
        assertSame(fixture.worker(2), restarted.join());
    }

    @Test
    void shouldNotGiveOutThePortOfADetachedWorker() {
        fixture.with(PortMode.FIXED).running(1);
        fixture.events.disconnectRequested(fixture.worker(1));
        fixture.events.drained(fixture.worker(1));
        fixture.pass(100_000);
        assertEquals(1, fixture.spawned.size());
        fixture.exits(fixture.worker(1), 0);
        assertEquals(2, fixture.spawned.size());
    }

    /** It might have held its port for hours. */
    @Test
    void shouldStopADetachedWorkerThatIsToBeRestarted() {
        fixture.with(PortMode.FIXED).running(1);
        fixture.events.disconnectRequested(fixture.worker(1));
        fixture.events.drained(fixture.worker(1));
        assertEquals(WorkerState.DETACHED, fixture.worker(1).state());
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        assertEquals(WorkerState.STOPPING, fixture.worker(1).state());
        fixture.exits(fixture.worker(1), 143);
        fixture.serve(last());
        assertSame(last(), restarted.join());
    }

    @Test
    void shouldDoAsThePolicySays() {
        fixture.with(RestartPolicy.onFailure()).running(3);
        fixture.exits(fixture.worker(1), 0);
        fixture.events.disconnectRequested(fixture.worker(2));
        assertEquals(3, fixture.spawned.size());
        fixture.exits(fixture.worker(3), 3);
        assertEquals(4, fixture.spawned.size());
        CompletableFuture<Incarnation> fork = fixture.fork();
        assertEquals(0, last().instance(), "it is not wanted any more");
        fixture.serve(last());
        assertTrue(fork.isDone());
    }

    @Test
    void shouldNeverReplace() {
        fixture.with(RestartPolicy.never()).running(1);
        fixture.supervisor.kill(fixture.worker(1));
        fixture.dies(fixture.worker(1), "SIGKILL");
        assertEquals(1, fixture.spawned.size());
        assertFalse(fixture.supervisor.slots().get(0).wanted());
    }

    @Test
    void shouldFailAScaleWhoseWorkerCannotBeStartedAndIsNotReplaced() {
        fixture.with(RestartPolicy.never()).running(1);
        CompletableFuture<Void> scaled = fixture.scale(2);
        fixture.events.spawnFailed(last(), new IOException("no such program"));
        assertTrue(scaled.isCompletedExceptionally());
        assertEquals(2, fixture.spawned.size());
        assertTrue(scaled.handle((done, failure) -> failure.getMessage()).join().contains("no such program"));
    }

    @Test
    void shouldSkipTheBackoffWhenAsked() {
        fixture.running(1);
        fixture.exits(fixture.worker(1), 1);
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        assertEquals(200, fixture.delay.toMillis());
        fixture.restart(fixture.worker(2));
        assertEquals(3, fixture.spawned.size());
        fixture.pass(1_000);
        assertEquals(3, fixture.spawned.size());
    }

    @Test
    void shouldCompleteARestartWithTheSecondReplacementIfThatStartsInAnotherWay() {
        fixture.running(1);
        CompletableFuture<Incarnation> restarted = fixture.restart(fixture.worker(1));
        fixture.born(fixture.worker(2));
        fixture.startsDifferently.add(2);
        fixture.exits(fixture.worker(2), 1);
        assertFalse(restarted.isDone());
        fixture.serve(fixture.worker(3));
        assertSame(fixture.worker(3), restarted.join());
    }
}
