package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.WorkerState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From the fork to ready, and back. */
class WorkerReadinessTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private Incarnation first() {
        fixture.start(1);
        fixture.born(fixture.worker(1));
        return fixture.worker(1);
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(port);
    }

    @Test
    void shouldReportThePortThatIsFoundBeforeItServes() {
        Incarnation worker = first();
        fixture.events.portFound(worker, at(4000)); // another port than its own: what was found is outdated
        fixture.events.portFound(worker, at(4001));
        fixture.assertReports("forked 1", "online 1", "listening 1 4001");
        fixture.events.portAccepts(worker);
        fixture.assertReports("ready 1");
    }

    @Test
    void shouldBeReadyWhenThePortAcceptsAndOnlineBefore() {
        Incarnation worker = first();
        fixture.events.portFound(worker, at(4001));
        fixture.events.portAccepts(worker);
        fixture.assertReports("forked 1", "online 1", "listening 1 4001", "ready 1");
        fixture.events.hello(worker);
        fixture.assertReports();
        assertTrue(worker.isConnected());
    }

    @Test
    void shouldPublishThePortItListensOn() {
        Incarnation worker = first();
        fixture.events.hello(worker);
        fixture.events.listening(worker, at(9000));
        fixture.assertReports("forked 1", "online 1", "listening 1 9000", "ready 1");
        fixture.forget();
        fixture.events.listening(worker, at(9001));
        fixture.assertActions("publish [1]");
        fixture.assertReports("listening 1 9001");
    }

    @Test
    void shouldPublishAPortOnceThatIsFoundAndThenReported() {
        fixture.with(ReadinessRule.EXPLICIT);
        Incarnation worker = first();
        fixture.events.hello(worker);
        fixture.events.portFound(worker, at(4001));
        fixture.events.portFound(worker, at(4001));
        fixture.events.listening(worker, at(4001));
        fixture.assertReports("forked 1", "online 1", "listening 1 4001");
    }

    @Test
    void shouldWaitToBeTold() {
        fixture.with(ReadinessRule.EXPLICIT);
        Incarnation worker = first();
        fixture.events.hello(worker);
        fixture.events.listening(worker, at(9000));
        fixture.events.portAccepts(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        fixture.events.ready(worker);
        assertEquals(WorkerState.READY, worker.state());
    }

    @Test
    void shouldBeReadyWhenWarmedUp() {
        fixture.warmingUp();
        Incarnation worker = first();
        fixture.events.portAccepts(worker);
        fixture.assertActions("spawn 1", "warm up 1");
        assertFalse(fixture.reports.contains("ready 1"));
        assertTrue(worker.why().contains("is being warmed up"), worker::why);
        fixture.events.portAccepts(worker);
        fixture.events.ready(worker);
        fixture.assertActions();
        fixture.events.notReady(worker);
        fixture.events.warmedUp(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        fixture.events.ready(worker);
        assertEquals(WorkerState.READY, worker.state());
    }

    @Test
    void shouldGiveAWorkerItsTimeToStartAlthoughThePrimaryWasHalted() {
        Incarnation worker = first();
        fixture.pass(10_000);
        fixture.halt(120_000);
        fixture.pass(50_000);
        assertEquals(WorkerState.STARTING, worker.state());
        fixture.pass(10_000);
        assertEquals(WorkerState.STOPPING, worker.state());
    }

    @Test
    void shouldSayWhichWarmUpRequestFailedWhenTheStartTimesOut() {
        fixture.warmingUp();
        Incarnation worker = first();
        fixture.events.portAccepts(worker);
        fixture.events.warmUpFailed(worker, "GET /cart: status 500");
        fixture.pass(60_000);
        assertEquals(WorkerState.STOPPING, worker.state());
        assertTrue(worker.why().contains("its warm-up did not end: GET /cart: status 500"), worker::why);
    }

    @Test
    void shouldTakeAHelloForReadyWithoutPorts() {
        fixture.with(PortMode.NONE).with(ReadinessRule.STARTED);
        Incarnation worker = first();
        assertTrue(worker.isConnected());
        fixture.pass(2_000);
        assertEquals(WorkerState.STARTING, worker.state());
        fixture.events.hello(worker);
        fixture.assertReports("forked 1", "online 1", "ready 1");
    }

    @Test
    void shouldTakeACommandThatLivesForOneThatRuns() {
        fixture.with(ReadinessRule.STARTED).commands();
        Incarnation worker = first();
        fixture.pass(999);
        fixture.assertReports("forked 1");
        fixture.pass(1);
        fixture.assertReports("online 1", "ready 1");
        assertFalse(worker.isConnected(), "it has no channel");
        fixture.exits(worker, 0);
        fixture.assertReports("disconnected 1", "exited 1", "restarting 1 0");
    }

    @Test
    void shouldTakeACommandForOneThatRunsBeforeAShortStartTimeout() {
        fixture.with(ReadinessRule.STARTED).startTimeout(Duration.ofSeconds(1)).commands();
        first();
        fixture.pass(1_000);
        fixture.assertReports("forked 1", "online 1", "ready 1");
    }

    @Test
    void shouldTakeAJarThatLivesForOneThatRunsAndLetItJoinLater() {
        fixture.with(ReadinessRule.STARTED).jars();
        Incarnation worker = first();
        fixture.pass(1_000);
        fixture.assertReports("forked 1", "online 1", "ready 1");
        fixture.events.hello(worker);
        assertTrue(worker.isConnected());
        fixture.assertReports();
    }

    @Test
    void shouldNotTakeACommandForReadyThatHasEndedAndWhoseOutputIsStillRead() {
        fixture.with(ReadinessRule.STARTED).commands();
        Incarnation worker = first();
        fixture.pass(900);
        fixture.events.processExited(worker);
        fixture.pass(200);
        fixture.exits(worker, 0);
        fixture.assertReports("forked 1", "online 1", "disconnected 1", "exited 1", "stopped");
    }

    @Test
    void shouldNotTakeACommandForReadyWhoseEndIsReportedLate() {
        fixture.with(ReadinessRule.STARTED).commands();
        Incarnation worker = first();
        fixture.processesEnded = true;
        fixture.pass(1_100);
        fixture.exits(worker, 0);
        fixture.assertReports("forked 1", "online 1", "disconnected 1", "exited 1", "stopped");
    }

    @Test
    void shouldTellThatACommandWasOnlineHoweverShort() {
        fixture.commands();
        Incarnation worker = first();
        fixture.exits(worker, 0);
        fixture.assertReports("forked 1", "online 1", "disconnected 1", "exited 1", "stopped");
    }

    @Test
    void shouldBeOnlineAtTheHelloOfACommandThatSpeaks() {
        fixture.with(ReadinessRule.STARTED).commands();
        Incarnation worker = first();
        fixture.pass(300);
        fixture.events.hello(worker);
        fixture.assertReports("forked 1", "online 1");
        assertTrue(worker.isConnected());
        fixture.pass(700);
        fixture.assertReports("ready 1");
    }

    @Test
    void shouldLeaveTheBalancerAndComeBack() {
        fixture.running(1);
        Incarnation worker = fixture.worker(1);
        fixture.events.notReady(worker);
        fixture.events.portAccepts(worker);
        assertEquals(WorkerState.NOT_READY, worker.state());
        fixture.events.ready(worker);
        fixture.assertActions("publish []", "publish [1]");
        fixture.assertReports("not ready 1", "ready 1");
    }

    @Test
    void shouldBelieveOneThatSaysItIsNotReadyYet() {
        Incarnation worker = first();
        fixture.events.hello(worker);
        fixture.events.notReady(worker);
        fixture.events.portAccepts(worker);
        assertEquals(WorkerState.ONLINE, worker.state());
        fixture.events.ready(worker);
        assertEquals(WorkerState.READY, worker.state());
    }

    @Test
    void shouldExplain() {
        Incarnation worker = first();
        fixture.events.portAccepts(worker);
        assertEquals("worker 1 (shop-1) gets traffic: READY, its port accepts", worker.explain());
        fixture.pass(500);
        fixture.dies(worker, "SIGSEGV");
        assertEquals("worker 1 (shop-1) gets no traffic: DEAD, SIGSEGV (crashed); replaced in 0 ms",
                worker.explain());
    }

    @Test
    void shouldWithdrawAMuteCommandAsSoonAsItsProcessHasExited() {
        fixture.commands().with(PortMode.MOVABLE);
        Incarnation worker = first();
        fixture.events.portAccepts(worker);
        fixture.pass(1_000);
        assertEquals(List.of(worker), fixture.published);
        fixture.forget();
        fixture.events.processExited(worker);
        fixture.assertActions("publish []");
        fixture.events.portAccepts(worker); // a stranger's
        fixture.events.portRefuses(worker, "nothing accepts");
        fixture.assertActions();
        fixture.exits(worker, 3);
        fixture.assertReports("disconnected 1", "exited 1", "restarting 1 0");
        assertEquals(Exit.Cause.CRASHED, fixture.exit.cause());
    }

    @Test
    void shouldHearAWorkerWithAChannelToItsEndThoughItsProcessHasExited() {
        fixture.running(1);
        Incarnation worker = fixture.worker(1);
        fixture.events.processExited(worker);
        assertEquals(WorkerState.READY, worker.state());
        fixture.events.channelEnded(worker, true);
        assertEquals(List.of(), fixture.published);
    }

    @Test
    void shouldWithdrawAReadyWorkerWhosePortRefusesUntilItAcceptsAgain() {
        fixture.running(2);
        Incarnation worker = fixture.worker(1);

        fixture.events.portRefuses(worker, "nothing accepts");
        assertEquals(WorkerState.NOT_READY, worker.state());
        fixture.events.portAccepts(worker);
        assertEquals(WorkerState.READY, worker.state());
        fixture.forget();
        fixture.pass(3_600_000);

        fixture.assertActions();
    }

    @Test
    void shouldReplaceAReadyWorkerWhosePortKeepsRefusing() {
        fixture.running(2);
        fixture.forget();

        fixture.events.portRefuses(fixture.worker(1), "nothing accepts");
        assertFalse(fixture.actions.contains("spawn 3"));
        fixture.pass(60_000);

        assertTrue(fixture.actions.contains("spawn 3"), fixture.actions::toString);
    }

    @Test
    void shouldLeaveAWorkerThatPausedAndThenClosedItsPort() {
        fixture.running(2);
        fixture.events.notReady(fixture.worker(1));
        fixture.forget();

        fixture.events.portRefuses(fixture.worker(1), "nothing accepts");
        fixture.pass(3_600_000);

        assertFalse(fixture.actions.contains("spawn 3"), fixture.actions::toString);
    }
}
