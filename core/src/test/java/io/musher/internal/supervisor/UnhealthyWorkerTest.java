package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Rollout;
import io.musher.Exit;
import io.musher.ReloadPolicy;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What follows when a worker does not work, is worn, or is one too many. */
class UnhealthyWorkerTest {

    @Test
    void shouldReplaceADeafWorkerAtOnceAndKillItWhenItHasSaidWhereItHangs() {
        SupervisorFixture fixture = new SupervisorFixture().running(2);
        fixture.pass(5_000);
        Incarnation deaf = fixture.worker(1);
        fixture.events.livenessFailed(deaf, "no heartbeat", true);
        fixture.assertActions("publish [2]", "examine 1", "spawn 3");
        assertEquals(WorkerState.DRAINING, deaf.state());
        fixture.events.livenessFailed(deaf, "no heartbeat", true);
        fixture.events.threadDumpDone(deaf);
        fixture.assertActions("SIGKILL 1");
        fixture.dies(deaf, "SIGKILL");
        assertEquals(Exit.Cause.UNHEALTHY, fixture.exit.cause());
        assertFalse(fixture.exit.voluntary());
        assertEquals("no heartbeat", deaf.stopReason());
    }

    @Test
    void shouldTakeAWorkerThatStillHearsThroughTheLadder() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        fixture.pass(5_000);
        Incarnation ill = fixture.worker(1);
        fixture.events.livenessFailed(ill, "status 500", false);
        fixture.assertActions("publish []", "examine 1", "spawn 2");
        fixture.events.threadDumpDone(ill);
        fixture.assertActions("drain frame 1", "drain 1 20000");
        fixture.events.drained(ill);
        fixture.assertActions("stop frame 1");
    }

    @Test
    void shouldNotWaitLongForAnAnswer() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        fixture.events.livenessFailed(fixture.worker(1), "no heartbeat", true);
        fixture.forget();
        fixture.pass(2_999);
        assertFalse(fixture.actions.contains("SIGKILL 1"));
        fixture.pass(1);
        assertTrue(fixture.actions.contains("SIGKILL 1"));
    }

    @Test
    void shouldKillOneThatCannotEvenSayWhereItHangs() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        fixture.events.livenessFailed(fixture.worker(1), "status 500", false);
        fixture.pass(3_000);
        assertTrue(fixture.actions.contains("SIGKILL 1"), fixture.actions::toString);
    }

    @Test
    void shouldNotLetAnExaminationDelayTheStop() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        fixture.events.livenessFailed(fixture.worker(1), "no heartbeat", true);
        fixture.stop();
        assertTrue(fixture.actions.contains("SIGKILL 1"));
    }

    @Test
    void shouldLeaveWorkersThatBootToTheStartTimeout() {
        SupervisorFixture fixture = new SupervisorFixture();
        fixture.start(1);
        fixture.born(fixture.worker(1));
        fixture.events.hello(fixture.worker(1));
        fixture.forget();
        fixture.events.livenessFailed(fixture.worker(1), "no heartbeat", true);
        fixture.assertActions();
    }

    @Test
    void shouldCountAHangForTheRestartBudget() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        for (int id = 1; id <= 9; id++) {
            fixture.events.livenessFailed(fixture.worker(id), "status 500", true);
            fixture.pass(20_000);
            fixture.dies(fixture.worker(id), "SIGKILL");
            fixture.pass(20_000);
            fixture.serve(fixture.worker(id + 1));
        }
        fixture.forget();
        fixture.events.livenessFailed(fixture.worker(10), "status 500", true);
        assertTrue(fixture.reports.contains("gave up 10"), fixture.reports::toString);
    }

    @Test
    void shouldEndARolloutWhenAReplacementHangsInItsSoakTime() {
        SupervisorFixture fixture = new SupervisorFixture()
                .with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(10))).running(1);
        CompletableFuture<Rollout> rolled = fixture.roll("second");
        fixture.serve(fixture.worker(2));
        fixture.pass(1_000);
        fixture.events.livenessFailed(fixture.worker(2), "status 500", true);
        assertTrue(rolled.join().failure().orElseThrow().contains("in its soak time: status 500"),
                rolled.join()::toString);
        assertEquals(WorkerState.READY, fixture.worker(1).state());
    }

    @Test
    void shouldBeReadyOnlyWhenItIsWellToo() {
        SupervisorFixture fixture = new SupervisorFixture().checked();
        CompletableFuture<Void> started = fixture.start(1);
        Incarnation worker = fixture.worker(1);
        fixture.serve(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        assertTrue(worker.explain().contains("has not passed its health check yet"), worker.explain());
        fixture.events.readinessPassed(worker);
        assertTrue(started.isDone());
        fixture.forget();
        fixture.events.readinessFailed(worker, "status 503");
        fixture.assertActions("publish []");
        fixture.assertReports("not ready 1");
        fixture.events.notReady(worker);
        fixture.events.readinessPassed(worker);
        assertEquals(WorkerState.NOT_READY, worker.state(), "it has said notReady() itself");
        fixture.events.ready(worker);
        fixture.assertActions("publish [1]");
        fixture.assertReports("ready 1");
    }

    @Test
    void shouldNotTakeItsWordForBeingWell() {
        SupervisorFixture fixture = new SupervisorFixture().checked();
        fixture.start(1);
        fixture.serve(fixture.worker(1));
        fixture.events.ready(fixture.worker(1));
        assertEquals(WorkerState.ONLINE, fixture.worker(1).state());
        fixture.events.readinessFailed(fixture.worker(1), "GET /helth: status 404");
        assertTrue(fixture.worker(1).explain().contains("status 404"), fixture.worker(1).explain());
        fixture.forget();
        fixture.pass(60_000);
        fixture.assertActions("drain frame 1", "stop frame 1");
        CompletableFuture<Void> failed = fixture.stop();
        fixture.exits(fixture.worker(1), 0);
        assertTrue(failed.isDone());
    }

    @Test
    void shouldSayWhichCheckKeptAWorkerFromBeingReady() {
        SupervisorFixture fixture = new SupervisorFixture().checked();
        CompletableFuture<Void> started = fixture.start(1);
        fixture.serve(fixture.worker(1));
        fixture.events.readinessFailed(fixture.worker(1), "GET /helth: status 404");
        fixture.pass(60_000);
        fixture.exits(fixture.worker(1), 0);
        String why = assertThrows(CompletionException.class, started::join).getCause().getMessage();
        assertTrue(why.contains("startTimeout") && why.contains("status 404"), why);
    }

    @Test
    void shouldTakeABadMomentWhileItBootsForBeingIll() {
        SupervisorFixture fixture = new SupervisorFixture().checked();
        fixture.start(1);
        fixture.born(fixture.worker(1));
        fixture.events.readinessPassed(fixture.worker(1));
        fixture.events.readinessFailed(fixture.worker(1), "status 503");
        fixture.events.ready(fixture.worker(1));
        assertEquals(WorkerState.ONLINE, fixture.worker(1).state());
    }

    @Test
    void shouldReplaceTheWornOneAtATime() {
        SupervisorFixture fixture = new SupervisorFixture().running(2);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.events.recycleDue(fixture.worker(2), "is old");
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.assertActions("spawn 3");
        assertEquals(Optional.of("is old"), fixture.worker(3).recycling());
        assertEquals(Optional.empty(), fixture.worker(1).recycling());
        fixture.serve(fixture.worker(3));
        fixture.events.recycleDue(fixture.worker(2), "is old");
        assertFalse(fixture.actions.contains("spawn 4"), "the first one has not gone yet");
        fixture.events.drained(fixture.worker(1));
        fixture.exits(fixture.worker(1), 0);
        fixture.events.recycleDue(fixture.worker(2), "is old");
        assertTrue(fixture.actions.contains("spawn 4"));
        assertTrue(fixture.exit.voluntary());
    }

    @Test
    void shouldNotReplaceAWornWorkerWhileAnotherInstanceStarts() {
        SupervisorFixture fixture = new SupervisorFixture().running(2);
        fixture.exits(fixture.worker(2), 1);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        assertTrue(fixture.actions.contains("spawn 3"));
        assertEquals(Optional.empty(), fixture.worker(3).recycling(), "replaces one that crashed");
        assertFalse(fixture.actions.contains("spawn 4"), "the memory of one worker more is enough");
        fixture.serve(fixture.worker(3));
        fixture.events.recycleDue(fixture.worker(1), "is old");
        assertTrue(fixture.actions.contains("spawn 4"));
    }

    @Test
    void shouldKeepTheWornWhenTheirReplacementsFailAndTryAgainLater() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        Incarnation old = fixture.worker(1);
        fixture.events.recycleDue(old, "is old");
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        fixture.forget();
        fixture.events.recycleDue(old, "is old");
        fixture.assertActions();
        fixture.pass(1_000);
        fixture.events.recycleDue(old, "is old");
        fixture.assertActions("spawn 3");
        assertEquals(WorkerState.READY, old.state());
    }

    @Test
    void shouldNotTakeALaterReplacementForARecyclingOneAfterARecyclingHasFailed() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.born(fixture.worker(2));
        fixture.exits(fixture.worker(2), 1);
        fixture.restart(fixture.worker(1));
        fixture.serve(fixture.worker(3));
        fixture.events.drained(fixture.worker(1));
        fixture.exits(fixture.worker(1), 0);
        fixture.forget();
        fixture.events.recycleDue(fixture.worker(3), "is old");
        fixture.assertActions("spawn 4");
    }

    @Test
    void shouldGiveUpAPromisedPortBeforeItsReplacement() {
        SupervisorFixture fixture = new SupervisorFixture().with(PortMode.FIXED).running(1);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.events.drained(fixture.worker(1));
        assertFalse(fixture.actions.contains("spawn 2"));
        fixture.exits(fixture.worker(1), 0);
        assertTrue(fixture.actions.contains("spawn 2"));
    }

    @Test
    void shouldNotGiveUpASecondPromisedPortBeforeTheFirstIsServedAgain() {
        SupervisorFixture fixture = new SupervisorFixture().with(PortMode.FIXED).running(2);
        fixture.events.recycleDue(fixture.worker(1), "is old");
        fixture.events.drained(fixture.worker(1));
        fixture.exits(fixture.worker(1), 0);
        fixture.born(fixture.worker(3));
        fixture.exits(fixture.worker(3), 1);
        fixture.forget();
        fixture.events.recycleDue(fixture.worker(2), "is old");
        assertEquals(WorkerState.READY, fixture.worker(2).state(), "the other instance waits for its backoff");
    }

    @Test
    void shouldTakeItsTimeWithALimitThatCannotBeKept() {
        SupervisorFixture fixture = new SupervisorFixture().running(1);
        long[] pauses = new long[3];
        fixture.events.recycleDue(fixture.worker(1), "is fat");
        for (int id = 2; id <= 4; id++) {
            fixture.serve(fixture.worker(id));
            fixture.events.drained(fixture.worker(id - 1));
            fixture.exits(fixture.worker(id - 1), 0);
            for (; fixture.spawned.size() == id; pauses[id - 2]++) {
                fixture.pass(1_000);
                fixture.events.recycleDue(fixture.worker(id), "is fat");
            }
        }
        assertArrayEquals(new long[]{2, 3, 5}, pauses);
    }

    @Test
    void shouldSendTheLeastLoadedAwayFirst() {
        SupervisorFixture fixture = new SupervisorFixture().running(3);
        fixture.loads.put(1, 5);
        fixture.loads.put(2, 3);
        fixture.loads.put(3, 4);
        fixture.scale(1);
        assertEquals(WorkerState.DRAINING, fixture.worker(2).state());
        assertEquals(WorkerState.DRAINING, fixture.worker(3).state());
        assertEquals(WorkerState.READY, fixture.worker(1).state());
    }

    @Test
    void shouldSendTheHighestAwayWherePortsArePromised() {
        SupervisorFixture fixture = new SupervisorFixture().with(PortMode.FIXED).running(2);
        fixture.loads.put(2, 5);
        fixture.scale(1);
        assertEquals(WorkerState.READY, fixture.worker(1).state());
    }
}
