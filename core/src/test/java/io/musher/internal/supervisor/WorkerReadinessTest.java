package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.WorkerState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From the fork to ready, and back. */
class WorkerReadinessTest {

    private final SupervisorFixture stage = new SupervisorFixture();

    private Incarnation first() {
        stage.start(1);
        stage.born(stage.worker(1));
        return stage.worker(1);
    }

    @Test
    void shouldBeReadyWhenThePortAcceptsAndOnlineBefore() {
        Incarnation worker = first();
        stage.events.portAccepts(worker);
        stage.assertNews("forked 1", "online 1", "ready 1");
        stage.events.hello(worker);
        stage.assertNews();
        assertTrue(worker.isConnected());
    }

    @Test
    void shouldPublishThePortItListensOn() {
        Incarnation worker = first();
        stage.events.hello(worker);
        stage.events.listening(worker, 9000);
        stage.assertNews("forked 1", "online 1", "listening 1 9000", "ready 1");
        stage.forget();
        stage.events.listening(worker, 9001);
        stage.assertDeeds("publish [1]");
        stage.assertNews("listening 1 9001");
    }

    @Test
    void shouldWaitToBeTold() {
        stage.with(ReadinessRule.EXPLICIT);
        Incarnation worker = first();
        stage.events.hello(worker);
        stage.events.listening(worker, 9000);
        stage.events.portAccepts(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        stage.events.ready(worker);
        assertEquals(WorkerState.READY, worker.state());
    }

    @Test
    void shouldTakeAHelloForReadyWithoutPorts() {
        stage.with(PortMode.NONE).with(ReadinessRule.STARTED);
        Incarnation worker = first();
        assertTrue(worker.isConnected());
        stage.pass(2_000);
        assertEquals(WorkerState.STARTING, worker.state());
        stage.events.hello(worker);
        stage.assertNews("forked 1", "online 1", "ready 1");
    }

    @Test
    void shouldTakeACommandThatLivesForOneThatRuns() {
        stage.with(ReadinessRule.STARTED).commands();
        Incarnation worker = first();
        stage.pass(999);
        stage.assertNews("forked 1");
        stage.pass(1);
        stage.assertNews("online 1", "ready 1");
        assertFalse(worker.isConnected(), "it has no channel");
        stage.exits(worker, 0);
        stage.assertNews("disconnected 1", "exited 1", "restarting 1 0");
    }

    @Test
    void shouldTellThatACommandWasOnlineHoweverShort() {
        stage.commands();
        Incarnation worker = first();
        stage.exits(worker, 0);
        stage.assertNews("forked 1", "online 1", "disconnected 1", "exited 1", "stopped");
    }

    @Test
    void shouldBeOnlineAtTheHelloOfACommandThatSpeaks() {
        stage.with(ReadinessRule.STARTED).commands();
        Incarnation worker = first();
        stage.pass(300);
        stage.events.hello(worker);
        stage.assertNews("forked 1", "online 1");
        assertTrue(worker.isConnected());
        stage.pass(700);
        stage.assertNews("ready 1");
    }

    @Test
    void shouldLeaveTheBalancerAndComeBack() {
        stage.running(1);
        Incarnation worker = stage.worker(1);
        stage.events.notReady(worker);
        stage.events.portAccepts(worker);
        assertEquals(WorkerState.NOT_READY, worker.state());
        stage.events.ready(worker);
        stage.assertDeeds("publish []", "publish [1]");
        stage.assertNews("not ready 1", "ready 1");
    }

    @Test
    void shouldBelieveOneThatSaysItIsNotReadyYet() {
        Incarnation worker = first();
        stage.events.hello(worker);
        stage.events.notReady(worker);
        stage.events.portAccepts(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        stage.events.ready(worker);
        assertEquals(WorkerState.READY, worker.state());
    }

    @Test
    void shouldExplain() {
        Incarnation worker = first();
        stage.events.portAccepts(worker);
        assertEquals("worker 1 (instance 0) gets traffic: READY, its port accepts", worker.explain());
        stage.pass(500);
        stage.dies(worker, "SIGSEGV");
        assertEquals("worker 1 (instance 0) gets no traffic: DEAD, SIGSEGV (crashed); replaced in 0 ms",
                worker.explain());
    }

    @Test
    void shouldWithdrawAMuteCommandAsSoonAsItsProcessHasExited() {
        stage.commands().with(PortMode.MOVABLE);
        Incarnation worker = first();
        stage.events.portAccepts(worker);
        stage.pass(1_000);
        assertEquals(List.of(worker), stage.published);
        stage.forget();
        stage.events.processExited(worker);
        stage.assertDeeds("publish []");
        stage.events.portAccepts(worker); // a stranger's
        stage.events.portRefuses(worker, "nothing accepts");
        stage.assertDeeds();
        stage.exits(worker, 3);
        stage.assertNews("disconnected 1", "exited 1", "restarting 1 0");
        assertEquals(Exit.Cause.CRASHED, stage.exit.cause());
    }

    @Test
    void shouldHearAWorkerWithAChannelToItsEndThoughItsProcessHasExited() {
        stage.running(1);
        Incarnation worker = stage.worker(1);
        stage.events.processExited(worker);
        assertEquals(WorkerState.READY, worker.state());
        stage.events.channelEnded(worker, true);
        assertEquals(List.of(), stage.published);
    }
}
