package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stop sequence of a worker: from the drain to SIGKILL. */
class StopSequenceTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private Incarnation first() {
        return fixture.worker(1);
    }

    @Test
    void shouldGoStepByStepToTheVeryEnd() {
        fixture.running(2);
        fixture.supervisor.stop(first());
        assertEquals(WorkerState.DRAINING, first().state());
        fixture.assertActions("publish [2]", "drain frame 1", "drain 1 20000");
        fixture.pass(20_000);
        assertEquals(WorkerState.STOPPING, first().state());
        fixture.assertActions("stop frame 1");
        fixture.pass(5_000);
        fixture.assertActions("SIGKILL 1");
        fixture.pass(5_000);
        fixture.assertActions("SIGKILL 1");
        assertFalse(first().onExit().isDone());
        fixture.dies(first(), "SIGKILL");
        Exit exit = first().onExit().join();
        assertTrue(exit.voluntary() && exit.code().isEmpty());
        assertEquals(Exit.Cause.STOPPED, exit.cause());
        fixture.assertReports("disconnected 1", "exited 1");
        assertTrue(fixture.timers.isEmpty());
    }

    @Test
    void shouldGiveAWorkerItsTimeToDrainAndToExitAlthoughThePrimaryWasHalted() {
        fixture.running(1);
        fixture.supervisor.stop(first());
        fixture.forget();
        fixture.pass(19_000);
        fixture.halt(60_000);
        fixture.assertActions();
        fixture.pass(2_000);
        fixture.assertActions("stop frame 1");

        fixture.halt(600_000);
        fixture.pass(4_999);
        fixture.assertActions();
        fixture.pass(1);
        fixture.assertActions("SIGKILL 1");
    }

    @Test
    void shouldKillAWorkerInTheEndAlthoughThePrimaryIsHaltedAgainAndAgain() {
        fixture.running(1);
        fixture.supervisor.stop(first());
        fixture.events.drained(first());
        fixture.forget();
        int halts = 0;
        while (fixture.actions.isEmpty() && halts < 20) {
            fixture.halt(2_000);
            halts++;
        }
        assertTrue(halts > 10, "killed too early");
        fixture.assertActions("SIGKILL 1");
    }

    @Test
    void shouldNotWaitWhenDrained() {
        fixture.running(1);
        fixture.supervisor.stop(first());
        fixture.forget();
        fixture.events.drained(first());
        fixture.events.drained(first());
        fixture.assertActions("stop frame 1");
    }

    @Test
    void shouldReportWhatItWaitsForByInstanceWhateverWasStoppedFirst() {
        fixture.running(3);
        fixture.supervisor.stop(fixture.worker(3));
        fixture.supervisor.stop(fixture.worker(1));
        fixture.supervisor.stop(fixture.worker(2));
        fixture.pass(5_000);
        assertEquals(List.of("worker 1", "worker 2", "worker 3"),
                fixture.waits.stream().map(line -> line.substring(0, 8)).toList());
    }

    @Test
    void shouldTellEveryFiveSecondsWhatItWaitsFor() {
        fixture.running(3);
        fixture.events.drainHooks(fixture.worker(2));
        fixture.loads.put(1, 7);
        fixture.supervisor.stop(first());
        fixture.pass(1_000);
        fixture.supervisor.stop(fixture.worker(2));
        fixture.pass(3_999);
        assertEquals(List.of(), fixture.waits);
        fixture.pass(1);
        assertEquals(List.of("worker 1 (shop-1): 7 connections", "worker 2 (shop-2): its onDrain hooks"),
                fixture.waits);
        fixture.events.drained(first());
        fixture.exits(fixture.worker(2), 0);
        fixture.pass(4_999);
        fixture.waits = List.of();
        fixture.pass(1);
        assertTrue(
                fixture.waits.get(0).startsWith("worker 1 (shop-1): its onStop hooks and the end of its process"),
                fixture.waits::toString);
        fixture.exits(first(), 0);
        assertTrue(fixture.timers.isEmpty());
    }

    @Test
    void shouldWaitForBalancersElsewhere() {
        fixture.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(3))).running(2);
        fixture.supervisor.stop(first());
        fixture.assertActions("publish [2]", "drain frame 1");
        fixture.pass(3_000);
        fixture.assertActions("drain 1 20000");
    }

    @Test
    void shouldServeOnWhileBalancersElsewhereLearnThatAllIsOver() {
        fixture.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(3))).running(2);
        fixture.stop();
        fixture.pass(2_999);
        fixture.assertActions();
        fixture.pass(1);
        fixture.assertActions("stop accepting", "publish [2]", "drain frame 1", "drain 1 20000", "publish []",
                "drain frame 2",
                "drain 2 20000");
    }

    @Test
    void shouldTermACommandAfterItsStopFrame() {
        fixture.commands().running(1);
        fixture.supervisor.stop(first());
        fixture.events.drained(first());
        fixture.forget();
        fixture.pass(2_500);
        fixture.assertActions("SIGTERM 1");
        fixture.pass(2_500);
        fixture.assertActions("SIGKILL 1");
    }

    @Test
    void shouldTermAMuteCommand() {
        fixture.commands().start(1);
        fixture.born(first());
        fixture.events.portAccepts(first());
        fixture.forget();
        fixture.supervisor.stop(first());
        fixture.events.drained(first());
        fixture.assertActions("publish []", "drain 1 20000", "SIGTERM 1");
    }

    @Test
    void shouldIgnoreTheDead() {
        fixture.running(1);
        fixture.supervisor.stop(first());
        fixture.exits(first(), 0);
        fixture.forget();
        fixture.exits(first(), 1);
        fixture.events.drained(first());
        fixture.events.ready(first());
        fixture.supervisor.kill(first());
        fixture.supervisor.stop(first());
        fixture.supervisor.disconnect(first());
        fixture.events.channelEnded(first(), false);
        assertFalse(fixture.events.hello(first()));
        fixture.assertActions();
        fixture.assertReports();
    }
}
