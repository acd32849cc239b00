package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The stop sequence of a worker: from the drain to SIGKILL. */
class StopSequenceTest {

    private final SupervisorFixture stage = new SupervisorFixture();

    private Incarnation first() {
        return stage.worker(1);
    }

    @Test
    void shouldGoStepByStepToTheVeryEnd() {
        stage.running(2);
        stage.supervisor.stop(first());
        assertEquals(WorkerState.DRAINING, first().state());
        stage.assertDeeds("publish [2]", "drain frame 1", "drain 1 20000");
        stage.pass(20_000);
        assertEquals(WorkerState.STOPPING, first().state());
        stage.assertDeeds("stop frame 1");
        stage.pass(5_000);
        stage.assertDeeds("SIGKILL 1");
        stage.pass(5_000);
        stage.assertDeeds("SIGKILL 1");
        assertFalse(first().onExit().isDone());
        stage.dies(first(), "SIGKILL");
        Exit exit = first().onExit().join();
        assertTrue(exit.voluntary() && exit.code().isEmpty());
        assertEquals(Exit.Cause.STOPPED, exit.cause());
        stage.assertNews("disconnected 1", "exited 1");
        assertTrue(stage.timers.isEmpty());
    }

    @Test
    void shouldNotWaitWhenDrained() {
        stage.running(1);
        stage.supervisor.stop(first());
        stage.forget();
        stage.events.drained(first());
        stage.events.drained(first());
        stage.assertDeeds("stop frame 1");
    }

    @Test
    void shouldWaitForDrainHooks() {
        stage.running(1);
        stage.events.drainHooks(first());
        stage.supervisor.stop(first());
        stage.forget();
        stage.events.drained(first());
        stage.pass(19_999);
        stage.assertDeeds();
        stage.events.drainHooksDone(first());
        stage.assertDeeds("stop frame 1");
    }

    @Test
    void shouldWaitForConnectionsAfterDrainHooks() {
        stage.running(1);
        stage.events.drainHooks(first());
        stage.supervisor.stop(first());
        stage.forget();
        stage.events.drainHooksDone(first());
        stage.assertDeeds();
        stage.events.drained(first());
        stage.assertDeeds("stop frame 1");
    }

    @Test
    void shouldNotWaitForDrainHooksWhenTheDrainTimeIsOver() {
        stage.running(1);
        stage.events.drainHooks(first());
        stage.supervisor.stop(first());
        stage.events.drained(first());
        stage.forget();
        stage.pass(20_000);
        stage.assertDeeds("stop frame 1");
        stage.events.drainHooksDone(first());
        stage.assertDeeds();
    }

    @Test
    void shouldWaitForDrainHooksOfAWorkerThatIsNotReadyYet() {
        stage.start(1);
        stage.born(first());
        stage.events.hello(first());
        stage.events.drainHooks(first());
        stage.forget();
        stage.supervisor.stop(first());
        stage.assertDeeds("drain frame 1", "drain 1 20000");
        stage.events.drained(first());
        stage.assertDeeds();
        stage.events.drainHooksDone(first());
        stage.assertDeeds("stop frame 1");
    }

    @Test
    void shouldNotCutTheDrainOfAWorkerWhoseStartTimeoutElapsesMeanwhile() {
        stage.running(1);
        stage.supervisor.fork(Map.of(), new CompletableFuture<>());
        Incarnation booting = stage.worker(2);
        stage.born(booting);
        stage.events.hello(booting);
        stage.events.drainHooks(booting);
        stage.pass(50_000);
        stage.supervisor.disconnect(booting);
        stage.forget();
        stage.pass(15_000);
        stage.assertDeeds();
        assertEquals(WorkerState.DRAINING, booting.state());
        stage.events.drained(booting);
        stage.events.drainHooksDone(booting);
        assertEquals(WorkerState.DETACHED, booting.state());
    }

    @Test
    void shouldWaitForDrainHooksBeforeADisconnect() {
        stage.running(1);
        stage.events.drainHooks(first());
        stage.supervisor.disconnect(first());
        stage.events.drained(first());
        stage.forget();
        stage.events.drainHooksDone(first());
        stage.assertDeeds("close 1");
    }

    @Test
    void shouldNotWaitForDrainHooksOfOneWhoseChannelIsGone() {
        stage.running(1);
        stage.events.drainHooks(first());
        stage.supervisor.stop(first());
        stage.events.drained(first());
        stage.forget();
        stage.events.channelEnded(first(), false);
        stage.assertDeeds("SIGTERM 1");
    }

    @Test
    void shouldReportWhatItWaitsForByInstanceWhateverWasStoppedFirst() {
        stage.running(3);
        stage.supervisor.stop(stage.worker(3));
        stage.supervisor.stop(stage.worker(1));
        stage.supervisor.stop(stage.worker(2));
        stage.pass(5_000);
        assertEquals(List.of("worker 1", "worker 2", "worker 3"),
                stage.waits.stream().map(line -> line.substring(0, 8)).toList());
    }

    @Test
    void shouldTellEveryFiveSecondsWhatItWaitsFor() {
        stage.running(3);
        stage.events.drainHooks(stage.worker(2));
        stage.loads.put(1, 7);
        stage.supervisor.stop(first());
        stage.pass(1_000);
        stage.supervisor.stop(stage.worker(2));
        stage.pass(3_999);
        assertEquals(List.of(), stage.waits);
        stage.pass(1);
        assertEquals(List.of("worker 1 (instance 0): 7 connection(s)", "worker 2 (instance 1): its onDrain hooks"),
                stage.waits);
        stage.events.drained(first());
        stage.exits(stage.worker(2), 0);
        stage.pass(4_999);
        stage.waits = List.of();
        stage.pass(1);
        assertTrue(stage.waits.get(0).startsWith("worker 1 (instance 0): its onStop hooks and the end of its process"),
                stage.waits::toString);
        stage.exits(first(), 0);
        assertTrue(stage.timers.isEmpty());
    }

    @Test
    void shouldWaitForBalancersElsewhere() {
        stage.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(3))).running(2);
        stage.supervisor.stop(first());
        stage.assertDeeds("publish [2]", "drain frame 1");
        stage.pass(3_000);
        stage.assertDeeds("drain 1 20000");
    }

    @Test
    void shouldServeOnWhileBalancersElsewhereLearnThatAllIsOver() {
        stage.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(3))).running(2);
        stage.stop();
        stage.pass(2_999);
        stage.assertDeeds();
        stage.pass(1);
        stage.assertDeeds("stop accepting", "publish [2]", "drain frame 1", "drain 1 20000", "publish []",
                "drain frame 2",
                "drain 2 20000");
    }

    @Test
    void shouldTermACommandAfterItsStopFrame() {
        stage.commands().running(1);
        stage.supervisor.stop(first());
        stage.events.drained(first());
        stage.forget();
        stage.pass(2_500);
        stage.assertDeeds("SIGTERM 1");
        stage.pass(2_500);
        stage.assertDeeds("SIGKILL 1");
    }

    @Test
    void shouldTermAMuteCommand() {
        stage.commands().start(1);
        stage.born(first());
        stage.events.portAccepts(first());
        stage.forget();
        stage.supervisor.stop(first());
        stage.events.drained(first());
        stage.assertDeeds("publish []", "drain 1 20000", "SIGTERM 1");
    }

    @Test
    void shouldKillAtOnceAndReplaceForFree() {
        stage.running(1);
        stage.supervisor.kill(first());
        stage.assertDeeds("SIGKILL 1", "publish []");
        stage.dies(first(), "SIGKILL");
        assertEquals(Exit.Cause.KILLED, stage.exit.cause());
        assertFalse(stage.exit.voluntary());
        stage.assertNews("disconnected 1", "exited 1", "restarting 1 0");
        stage.assertDeeds("spawn 2");
    }

    @Test
    void shouldNotReplaceOneKilledWhileItStops() {
        stage.running(1);
        stage.supervisor.stop(first());
        stage.supervisor.kill(first());
        stage.dies(first(), "SIGKILL");
        assertTrue(stage.exit.voluntary());
        stage.assertNews("disconnected 1", "exited 1");
    }

    @Test
    void shouldNotReplaceOneStoppedWhileItIsKilled() {
        stage.running(1);
        stage.supervisor.kill(first());
        stage.supervisor.stop(first());
        stage.dies(first(), "SIGKILL");
        assertFalse(stage.exit.voluntary());
        stage.assertNews("disconnected 1", "exited 1");
    }

    @Test
    void shouldKillAllAtTheSecondSignal() {
        stage.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(3))).running(2);
        stage.fork();
        stage.forget();
        CompletableFuture<Void> stop = stage.stop();
        stage.supervisor.killAll();
        assertTrue(stage.deeds.contains("SIGKILL 1") && stage.deeds.contains("SIGKILL 2"));
        stage.dies(first(), "SIGKILL");
        stage.dies(stage.worker(2), "SIGKILL");
        stage.forget();
        stage.born(stage.worker(3));
        assertTrue(stage.deeds.contains("SIGKILL 3"));
        assertFalse(stop.isDone());
        stage.dies(stage.worker(3), "SIGKILL");
        assertTrue(stop.isDone());
        assertTrue(stage.timers.isEmpty());
    }

    @Test
    void shouldIgnoreTheDead() {
        stage.running(1);
        stage.supervisor.stop(first());
        stage.exits(first(), 0);
        stage.forget();
        stage.exits(first(), 1);
        stage.events.drained(first());
        stage.events.ready(first());
        stage.supervisor.kill(first());
        stage.supervisor.stop(first());
        stage.supervisor.disconnect(first());
        stage.events.channelEnded(first(), false);
        assertFalse(stage.events.hello(first()));
        stage.assertDeeds();
        stage.assertNews();
    }
}
