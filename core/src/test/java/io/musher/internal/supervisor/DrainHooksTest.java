package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.WorkerState;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How long the stop sequence waits for the drain hooks of a worker. */
class DrainHooksTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private Incarnation first() {
        return fixture.worker(1);
    }

    @Test
    void shouldWaitForDrainHooks() {
        fixture.running(1);
        fixture.events.drainHooks(first());
        fixture.supervisor.stop(first());
        fixture.forget();
        fixture.events.drained(first());
        fixture.pass(19_999);
        fixture.assertActions();
        fixture.events.drainHooksDone(first());
        fixture.assertActions("stop frame 1");
    }

    @Test
    void shouldWaitForConnectionsAfterDrainHooks() {
        fixture.running(1);
        fixture.events.drainHooks(first());
        fixture.supervisor.stop(first());
        fixture.forget();
        fixture.events.drainHooksDone(first());
        fixture.assertActions();
        fixture.events.drained(first());
        fixture.assertActions("stop frame 1");
    }

    @Test
    void shouldNotWaitForDrainHooksWhenTheDrainTimeIsOver() {
        fixture.running(1);
        fixture.events.drainHooks(first());
        fixture.supervisor.stop(first());
        fixture.events.drained(first());
        fixture.forget();
        fixture.pass(20_000);
        fixture.assertActions("stop frame 1");
        fixture.events.drainHooksDone(first());
        fixture.assertActions();
    }

    @Test
    void shouldWaitForDrainHooksOfAWorkerThatIsNotReadyYet() {
        fixture.start(1);
        fixture.born(first());
        fixture.events.hello(first());
        fixture.events.drainHooks(first());
        fixture.forget();
        fixture.supervisor.stop(first());
        fixture.assertActions("drain frame 1", "drain 1 20000");
        fixture.events.drained(first());
        fixture.assertActions();
        fixture.events.drainHooksDone(first());
        fixture.assertActions("stop frame 1");
    }

    @Test
    void shouldNotCutTheDrainOfAWorkerWhoseStartTimeoutElapsesMeanwhile() {
        fixture.running(1);
        fixture.supervisor.fork(Map.of(), new CompletableFuture<>());
        Incarnation booting = fixture.worker(2);
        fixture.born(booting);
        fixture.events.hello(booting);
        fixture.events.drainHooks(booting);
        fixture.pass(50_000);
        fixture.supervisor.disconnect(booting);
        fixture.forget();
        fixture.pass(15_000);
        fixture.assertActions();
        assertEquals(WorkerState.DRAINING, booting.state());
        fixture.events.drained(booting);
        fixture.events.drainHooksDone(booting);
        assertEquals(WorkerState.DETACHED, booting.state());
    }

    @Test
    void shouldWaitForDrainHooksBeforeADisconnect() {
        fixture.running(1);
        fixture.events.drainHooks(first());
        fixture.supervisor.disconnect(first());
        fixture.events.drained(first());
        fixture.forget();
        fixture.events.drainHooksDone(first());
        fixture.assertActions("close 1");
    }

    @Test
    void shouldNotWaitForDrainHooksOfOneWhoseChannelIsGone() {
        fixture.running(1);
        fixture.events.drainHooks(first());
        fixture.supervisor.stop(first());
        fixture.events.drained(first());
        fixture.forget();
        fixture.events.channelEnded(first(), false);
        fixture.assertActions("SIGTERM 1");
    }
}
