package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.RestartPolicy;
import io.musher.WorkerState;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The channel ends before the process does. */
class ChannelLossTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private Incarnation first() {
        return fixture.worker(1);
    }

    @Test
    void shouldDetachAfterTheDrain() {
        fixture.running(2);
        fixture.supervisor.disconnect(first());
        fixture.assertActions("publish [2]", "disconnect frame 1", "drain 1 20000");
        assertTrue(first().isConnected());
        fixture.events.drained(first());
        fixture.assertActions("close 1");
        assertEquals(WorkerState.DETACHED, first().state());
        assertFalse(first().isConnected());
        fixture.assertReports(); // what it has said may still be on its way
        fixture.events.channelEnded(first(), true);
        fixture.assertReports("disconnected 1");
        assertFalse(fixture.events.hello(first()));
        fixture.pass(1_000_000);
        assertEquals(2, fixture.supervisor.workers().size());
        fixture.exits(first(), 0);
        assertTrue(fixture.exit.voluntary());
        assertEquals(Exit.Cause.DISCONNECTED, fixture.exit.cause());
        fixture.assertReports("exited 1");
        fixture.assertActions();
    }

    @Test
    void shouldStopADetachedOneWithTheRest() {
        fixture.running(1);
        fixture.supervisor.disconnect(first());
        fixture.events.drained(first());
        fixture.forget();
        CompletableFuture<Void> stop = fixture.stop();
        fixture.assertActions("stop accepting", "SIGTERM 1");
        fixture.pass(5_000);
        fixture.assertActions("SIGKILL 1");
        assertFalse(stop.isDone());
        fixture.dies(first(), "SIGKILL");
        assertTrue(stop.isDone());
    }

    @Test
    void shouldReplaceOneThatDisconnectsItself() {
        fixture.running(1);
        fixture.pass(10_000);
        fixture.events.disconnectRequested(first());
        fixture.assertActions("publish []", "disconnect frame 1", "drain 1 20000", "spawn 2");
        fixture.assertReports("restarting 1 0");
        assertTrue(fixture.worker(2).sparePort());
        fixture.events.disconnectRequested(first());
        fixture.assertActions();
    }

    @Test
    void shouldTakeOneThatAsksThroughAStopAndReplaceIt() {
        fixture.running(1);
        fixture.pass(10_000);
        fixture.events.stopRequested(first());
        fixture.assertActions("publish []", "drain frame 1", "drain 1 20000", "spawn 2");
        fixture.events.stopRequested(first());
        fixture.events.drained(first());
        fixture.assertActions("stop frame 1");
        fixture.exits(first(), 0);
        assertFalse(fixture.exit.voluntary(), "a signal from outside");
        assertEquals(Exit.Cause.EXITED, fixture.exit.cause());
        fixture.assertReports("restarting 1 0", "disconnected 1", "exited 1");
    }

    @Test
    void shouldSayStopAgainToOneThatComesLate() {
        fixture.start(1);
        fixture.born(first());
        fixture.supervisor.stop(first());
        fixture.assertActions("spawn 1", "SIGTERM 1");
        fixture.events.hello(first());
        fixture.assertActions("stop frame 1");
        assertEquals(WorkerState.STOPPING, first().state());
    }

    @Test
    void shouldStopOneThatWasToDetach() {
        fixture.running(1);
        fixture.supervisor.disconnect(first());
        fixture.supervisor.stop(first());
        fixture.supervisor.disconnect(first());
        fixture.forget();
        fixture.events.drained(first());
        fixture.assertActions("stop frame 1");
    }

    @Test
    void shouldWaitForAnOwnExitWhenTheChannelIsLost() {
        fixture.running(1);
        fixture.pass(10_000);
        fixture.events.channelEnded(first(), false);
        fixture.events.channelEnded(first(), false);
        fixture.assertActions("publish []");
        fixture.assertReports("disconnected 1");
        fixture.exits(first(), 42);
        assertEquals(Exit.Cause.CRASHED, fixture.exit.cause());
        assertEquals(42, fixture.exit.code().getAsInt());
        fixture.assertReports("exited 1", "restarting 1 0");
    }

    @Test
    void shouldReplaceOneThatOutlivesItsChannelAndEndIt() {
        fixture.running(1);
        fixture.pass(10_000);
        fixture.events.channelEnded(first(), true);
        fixture.assertActions("publish []");
        fixture.assertReports("disconnected 1");
        fixture.pass(1_000);
        fixture.assertActions("drain 1 20000", "spawn 2");
        fixture.assertReports("restarting 1 0");
        fixture.events.drained(first());
        fixture.assertActions();
        fixture.pass(5_000);
        fixture.assertActions("SIGTERM 1");
        fixture.exits(first(), 42);
        assertEquals(Exit.Cause.CHANNEL_LOST, fixture.exit.cause());
        fixture.assertReports("exited 1");
        fixture.assertActions();
    }

    @Test
    void shouldReplaceOneThatOutlivesItsChannelWhenItsPortIsFree() {
        fixture.with(PortMode.FIXED).running(1);
        fixture.pass(10_000);
        fixture.events.channelEnded(first(), false);
        fixture.pass(1_000);
        fixture.events.drained(first());
        fixture.pass(5_000);
        fixture.assertActions("publish []", "drain 1 20000", "SIGTERM 1");
        fixture.exits(first(), 143);
        fixture.assertActions("spawn 2");
    }

    @Test
    void shouldWaitForTheStatusOfOneThatOutlivesItsChannelWhereThatDecides() {
        fixture.with(RestartPolicy.onFailure()).running(1);
        fixture.pass(10_000);
        fixture.events.channelEnded(first(), true);
        fixture.pass(1_000);
        fixture.assertActions("publish []", "drain 1 20000");
        fixture.exits(first(), 0);
        fixture.assertActions();
        assertEquals(Exit.Cause.EXITED, fixture.exit.cause());
    }

    @Test
    void shouldReplaceOneThatLosesItsChannelWithoutGoodbyeAsAFailure() {
        fixture.with(RestartPolicy.onFailure()).running(1);
        fixture.pass(10_000);
        fixture.events.channelEnded(first(), false);
        fixture.pass(1_000);
        fixture.assertActions("publish []", "drain 1 20000", "spawn 2");
    }

    @Test
    void shouldReportHowTheStartFailedWhenAWorkerOutlivesItsChannel() {
        CompletableFuture<Void> started = fixture.start(1);
        fixture.born(first());
        fixture.events.hello(first());
        fixture.events.channelEnded(first(), true);
        fixture.pass(1_000);
        fixture.events.drained(first());
        assertFalse(started.isDone());
        fixture.exits(first(), 9);
        String why = started.handle((nothing, failure) -> failure.getMessage()).join();
        assertTrue(why.contains("exit code 9 (never became ready)"), why);
    }

    @Test
    void shouldNotLetOneThatOutlivesItsChannelDelayAStop() {
        fixture.running(1);
        fixture.events.channelEnded(first(), true);
        CompletableFuture<Void> stop = fixture.stop();
        fixture.events.drained(first());
        fixture.assertActions("publish []", "stop accepting", "drain 1 20000", "SIGTERM 1");
        fixture.dies(first(), "SIGTERM");
        assertTrue(stop.isDone());
    }

    @Test
    void shouldEndOneThatOutlivesItsChannelAtTheDeadline() {
        fixture.running(1);
        fixture.events.channelEnded(first(), true);
        fixture.pass(1_000);
        fixture.forget();
        fixture.pass(20_000);
        fixture.assertActions();
        fixture.pass(5_000);
        fixture.assertActions("SIGTERM 1");
        fixture.pass(5_000);
        fixture.assertActions("SIGKILL 1");
        fixture.dies(first(), "SIGKILL");
        assertEquals(Exit.Cause.CHANNEL_LOST, fixture.exit.cause());
        assertFalse(fixture.exit.voluntary());
    }

    @Test
    void shouldTermOneWhoseChannelEndsDuringTheDrain() {
        fixture.running(1);
        fixture.supervisor.stop(first());
        fixture.events.channelEnded(first(), false);
        fixture.forget();
        fixture.events.drained(first());
        fixture.assertActions("SIGTERM 1");
    }
}
