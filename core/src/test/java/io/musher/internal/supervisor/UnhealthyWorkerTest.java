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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What follows when a worker does not work, is worn, or is one too many. */
class UnhealthyWorkerTest {

    @Test
    void shouldReplaceADeafWorkerAtOnceAndKillItWhenItHasSaidWhereItHangs() {
        SupervisorFixture stage = new SupervisorFixture().running(2);
        stage.pass(5_000);
        Incarnation deaf = stage.worker(1);
        stage.events.livenessFailed(deaf, "no heartbeat", true);
        stage.assertDeeds("publish [2]", "examine 1", "spawn 3");
        assertEquals(WorkerState.DRAINING, deaf.state());
        stage.events.livenessFailed(deaf, "no heartbeat", true);
        stage.events.threadDumpDone(deaf);
        stage.assertDeeds("SIGKILL 1");
        stage.dies(deaf, "SIGKILL");
        assertEquals(Exit.Cause.UNHEALTHY, stage.exit.cause());
        assertFalse(stage.exit.voluntary());
        assertEquals("no heartbeat", deaf.stopReason());
    }

    @Test
    void shouldTakeAWorkerThatStillHearsThroughTheLadder() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        stage.pass(5_000);
        Incarnation ill = stage.worker(1);
        stage.events.livenessFailed(ill, "status 500", false);
        stage.assertDeeds("publish []", "examine 1", "spawn 2");
        stage.events.threadDumpDone(ill);
        stage.assertDeeds("drain frame 1", "drain 1 20000");
        stage.events.drained(ill);
        stage.assertDeeds("stop frame 1");
    }

    @Test
    void shouldNotWaitLongForAnAnswer() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        stage.events.livenessFailed(stage.worker(1), "no heartbeat", true);
        stage.forget();
        stage.pass(2_999);
        assertFalse(stage.deeds.contains("SIGKILL 1"));
        stage.pass(1);
        assertTrue(stage.deeds.contains("SIGKILL 1"));
    }

    @Test
    void shouldKillOneThatCannotEvenSayWhereItHangs() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        stage.events.livenessFailed(stage.worker(1), "status 500", false);
        stage.pass(3_000);
        assertTrue(stage.deeds.contains("SIGKILL 1"), stage.deeds::toString);
    }

    @Test
    void shouldNotLetAnExaminationDelayTheStop() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        stage.events.livenessFailed(stage.worker(1), "no heartbeat", true);
        stage.stop();
        assertTrue(stage.deeds.contains("SIGKILL 1"));
    }

    @Test
    void shouldLeaveWorkersThatBootToTheStartTimeout() {
        SupervisorFixture stage = new SupervisorFixture();
        stage.start(1);
        stage.born(stage.worker(1));
        stage.events.hello(stage.worker(1));
        stage.forget();
        stage.events.livenessFailed(stage.worker(1), "no heartbeat", true);
        stage.assertDeeds();
    }

    @Test
    void shouldCountAHangForTheRestartBudget() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        for (int id = 1; id <= 9; id++) {
            stage.events.livenessFailed(stage.worker(id), "status 500", true);
            stage.pass(20_000);
            stage.dies(stage.worker(id), "SIGKILL");
            stage.pass(20_000);
            stage.serve(stage.worker(id + 1));
        }
        stage.forget();
        stage.events.livenessFailed(stage.worker(10), "status 500", true);
        assertTrue(stage.news.contains("gave up 10"), stage.news::toString);
    }

    @Test
    void shouldEndARolloutWhenAReplacementHangsInItsSoakTime() {
        SupervisorFixture stage = new SupervisorFixture()
                .with(ReloadPolicy.ofDefaults().withSoak(Duration.ofSeconds(10))).running(1);
        CompletableFuture<Rollout> rolled = stage.roll("second");
        stage.serve(stage.worker(2));
        stage.pass(1_000);
        stage.events.livenessFailed(stage.worker(2), "status 500", true);
        assertTrue(rolled.join().failure().orElseThrow().contains("in its soak time: status 500"),
                rolled.join()::toString);
        assertEquals(WorkerState.READY, stage.worker(1).state());
    }

    @Test
    void shouldBeReadyOnlyWhenItIsWellToo() {
        SupervisorFixture stage = new SupervisorFixture().checked();
        CompletableFuture<Void> started = stage.start(1);
        Incarnation worker = stage.worker(1);
        stage.serve(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        assertTrue(worker.explain().contains("has to pass its health check"), worker.explain());
        stage.events.readinessPassed(worker);
        assertTrue(started.isDone());
        stage.forget();
        stage.events.readinessFailed(worker, "status 503");
        stage.assertDeeds("publish []");
        stage.assertNews("not ready 1");
        stage.events.notReady(worker);
        stage.events.readinessPassed(worker);
        assertEquals(WorkerState.NOT_READY, worker.state(), "it has said notReady() itself");
        stage.events.ready(worker);
        stage.assertDeeds("publish [1]");
        stage.assertNews("ready 1");
    }

    @Test
    void shouldNotTakeItsWordForBeingWell() {
        SupervisorFixture stage = new SupervisorFixture().checked();
        stage.start(1);
        stage.serve(stage.worker(1));
        stage.events.ready(stage.worker(1));
        assertEquals(WorkerState.ONLINE, stage.worker(1).state());
        stage.events.readinessFailed(stage.worker(1), "GET /helth: status 404");
        assertTrue(stage.worker(1).explain().contains("status 404"), stage.worker(1).explain());
        stage.forget();
        stage.pass(60_000);
        stage.assertDeeds("drain frame 1", "stop frame 1");
        CompletableFuture<Void> failed = stage.stop();
        stage.exits(stage.worker(1), 0);
        assertTrue(failed.isDone());
    }

    @Test
    void shouldSayWhichCheckKeptAWorkerFromBeingReady() {
        SupervisorFixture stage = new SupervisorFixture().checked();
        CompletableFuture<Void> started = stage.start(1);
        stage.serve(stage.worker(1));
        stage.events.readinessFailed(stage.worker(1), "GET /helth: status 404");
        stage.pass(60_000);
        stage.exits(stage.worker(1), 0);
        String why = assertThrows(CompletionException.class, started::join).getCause().getMessage();
        assertTrue(why.contains("startTimeout") && why.contains("status 404"), why);
    }

    @Test
    void shouldTakeABadMomentWhileItBootsForBeingIll() {
        SupervisorFixture stage = new SupervisorFixture().checked();
        stage.start(1);
        stage.born(stage.worker(1));
        stage.events.readinessPassed(stage.worker(1));
        stage.events.readinessFailed(stage.worker(1), "status 503");
        stage.events.ready(stage.worker(1));
        assertEquals(WorkerState.ONLINE, stage.worker(1).state());
    }

    @Test
    void shouldReplaceTheWornOneAtATime() {
        SupervisorFixture stage = new SupervisorFixture().running(2);
        stage.events.recycleDue(stage.worker(1), "is old");
        stage.events.recycleDue(stage.worker(2), "is old");
        stage.events.recycleDue(stage.worker(1), "is old");
        stage.assertDeeds("spawn 3");
        stage.serve(stage.worker(3));
        stage.events.recycleDue(stage.worker(2), "is old");
        assertFalse(stage.deeds.contains("spawn 4"), "the first one has not gone yet");
        stage.events.drained(stage.worker(1));
        stage.exits(stage.worker(1), 0);
        stage.events.recycleDue(stage.worker(2), "is old");
        assertTrue(stage.deeds.contains("spawn 4"));
        assertTrue(stage.exit.voluntary());
    }

    @Test
    void shouldKeepTheWornWhenTheirReplacementsFailAndTryAgainLater() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        Incarnation old = stage.worker(1);
        stage.events.recycleDue(old, "is old");
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1);
        stage.forget();
        stage.events.recycleDue(old, "is old");
        stage.assertDeeds();
        stage.pass(1_000);
        stage.events.recycleDue(old, "is old");
        stage.assertDeeds("spawn 3");
        assertEquals(WorkerState.READY, old.state());
    }

    @Test
    void shouldNotTakeALaterReplacementForARecyclingOneAfterARecyclingHasFailed() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        stage.events.recycleDue(stage.worker(1), "is old");
        stage.born(stage.worker(2));
        stage.exits(stage.worker(2), 1);
        stage.restart(stage.worker(1));
        stage.serve(stage.worker(3));
        stage.events.drained(stage.worker(1));
        stage.exits(stage.worker(1), 0);
        stage.forget();
        stage.events.recycleDue(stage.worker(3), "is old");
        stage.assertDeeds("spawn 4");
    }

    @Test
    void shouldGiveUpAPromisedPortBeforeItsReplacement() {
        SupervisorFixture stage = new SupervisorFixture().with(PortMode.FIXED).running(1);
        stage.events.recycleDue(stage.worker(1), "is old");
        stage.events.drained(stage.worker(1));
        assertFalse(stage.deeds.contains("spawn 2"));
        stage.exits(stage.worker(1), 0);
        assertTrue(stage.deeds.contains("spawn 2"));
    }

    @Test
    void shouldNotGiveUpASecondPromisedPortBeforeTheFirstIsServedAgain() {
        SupervisorFixture stage = new SupervisorFixture().with(PortMode.FIXED).running(2);
        stage.events.recycleDue(stage.worker(1), "is old");
        stage.events.drained(stage.worker(1));
        stage.exits(stage.worker(1), 0);
        stage.born(stage.worker(3));
        stage.exits(stage.worker(3), 1);
        stage.forget();
        stage.events.recycleDue(stage.worker(2), "is old");
        assertEquals(WorkerState.READY, stage.worker(2).state(), "the other instance waits for its backoff");
    }

    @Test
    void shouldTakeItsTimeWithALimitThatCannotBeKept() {
        SupervisorFixture stage = new SupervisorFixture().running(1);
        long[] pauses = new long[3];
        stage.events.recycleDue(stage.worker(1), "is fat");
        for (int id = 2; id <= 4; id++) {
            stage.serve(stage.worker(id));
            stage.events.drained(stage.worker(id - 1));
            stage.exits(stage.worker(id - 1), 0);
            for (; stage.spawned.size() == id; pauses[id - 2]++) {
                stage.pass(1_000);
                stage.events.recycleDue(stage.worker(id), "is fat");
            }
        }
        assertArrayEquals(new long[]{2, 3, 5}, pauses);
    }

    @Test
    void shouldSendTheLeastLoadedAwayFirst() {
        SupervisorFixture stage = new SupervisorFixture().running(3);
        stage.loads.put(1, 5);
        stage.loads.put(2, 3);
        stage.loads.put(3, 4);
        stage.scale(1);
        assertEquals(WorkerState.DRAINING, stage.worker(2).state());
        assertEquals(WorkerState.DRAINING, stage.worker(3).state());
        assertEquals(WorkerState.READY, stage.worker(1).state());
    }

    @Test
    void shouldSendTheHighestAwayWherePortsArePromised() {
        SupervisorFixture stage = new SupervisorFixture().with(PortMode.FIXED).running(2);
        stage.loads.put(2, 5);
        stage.scale(1);
        assertEquals(WorkerState.READY, stage.worker(1).state());
    }
}
