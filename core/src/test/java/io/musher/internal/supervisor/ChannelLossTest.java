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

    private final SupervisorFixture stage = new SupervisorFixture();

    private Incarnation first() {
        return stage.worker(1);
    }

    @Test
    void shouldDetachAfterTheDrain() {
        stage.running(2);
        stage.supervisor.disconnect(first());
        stage.assertDeeds("publish [2]", "disconnect frame 1", "drain 1 20000");
        assertTrue(first().isConnected());
        stage.events.drained(first());
        stage.assertDeeds("close 1");
        assertEquals(WorkerState.DETACHED, first().state());
        assertFalse(first().isConnected());
        stage.assertNews(); // what it has said may still be on its way
        stage.events.channelEnded(first(), true);
        stage.assertNews("disconnected 1");
        assertFalse(stage.events.hello(first()));
        stage.pass(1_000_000);
        assertEquals(2, stage.supervisor.workers().size());
        stage.exits(first(), 0);
        assertTrue(stage.exit.voluntary());
        assertEquals(Exit.Cause.DISCONNECTED, stage.exit.cause());
        stage.assertNews("exited 1");
        stage.assertDeeds();
    }

    @Test
    void shouldStopADetachedOneWithTheRest() {
        stage.running(1);
        stage.supervisor.disconnect(first());
        stage.events.drained(first());
        stage.forget();
        CompletableFuture<Void> stop = stage.stop();
        stage.assertDeeds("stop accepting", "SIGTERM 1");
        stage.pass(5_000);
        stage.assertDeeds("SIGKILL 1");
        assertFalse(stop.isDone());
        stage.dies(first(), "SIGKILL");
        assertTrue(stop.isDone());
    }

    @Test
    void shouldReplaceOneThatDisconnectsItself() {
        stage.running(1);
        stage.pass(10_000);
        stage.events.disconnectRequested(first());
        stage.assertDeeds("publish []", "disconnect frame 1", "drain 1 20000", "spawn 2");
        stage.assertNews("restarting 1 0");
        assertTrue(stage.worker(2).sparePort());
        stage.events.disconnectRequested(first());
        stage.assertDeeds();
    }

    @Test
    void shouldTakeOneThatAsksThroughAStopAndReplaceIt() {
        stage.running(1);
        stage.pass(10_000);
        stage.events.stopRequested(first());
        stage.assertDeeds("publish []", "drain frame 1", "drain 1 20000", "spawn 2");
        stage.events.stopRequested(first());
        stage.events.drained(first());
        stage.assertDeeds("stop frame 1");
        stage.exits(first(), 0);
        assertFalse(stage.exit.voluntary(), "a signal by somebody else");
        assertEquals(Exit.Cause.EXITED, stage.exit.cause());
        stage.assertNews("restarting 1 0", "disconnected 1", "exited 1");
    }

    @Test
    void shouldSayStopAgainToOneThatComesLate() {
        stage.start(1);
        stage.born(first());
        stage.supervisor.stop(first());
        stage.assertDeeds("spawn 1", "SIGTERM 1");
        stage.events.hello(first());
        stage.assertDeeds("stop frame 1");
        assertEquals(WorkerState.STOPPING, first().state());
    }

    @Test
    void shouldStopOneThatWasToDetach() {
        stage.running(1);
        stage.supervisor.disconnect(first());
        stage.supervisor.stop(first());
        stage.supervisor.disconnect(first());
        stage.forget();
        stage.events.drained(first());
        stage.assertDeeds("stop frame 1");
    }

    @Test
    void shouldWaitForAnOwnExitWhenTheChannelIsLost() {
        stage.running(1);
        stage.pass(10_000);
        stage.events.channelEnded(first(), false);
        stage.events.channelEnded(first(), false);
        stage.assertDeeds("publish []");
        stage.assertNews("disconnected 1");
        stage.exits(first(), 42);
        assertEquals(Exit.Cause.CRASHED, stage.exit.cause());
        assertEquals(42, stage.exit.code().getAsInt());
        stage.assertNews("exited 1", "restarting 1 0");
    }

    @Test
    void shouldReplaceOneThatOutlivesItsChannelAndEndIt() {
        stage.running(1);
        stage.pass(10_000);
        stage.events.channelEnded(first(), true);
        stage.assertDeeds("publish []");
        stage.assertNews("disconnected 1");
        stage.pass(1_000);
        stage.assertDeeds("drain 1 20000", "spawn 2");
        stage.assertNews("restarting 1 0");
        stage.events.drained(first());
        stage.assertDeeds();
        stage.pass(5_000);
        stage.assertDeeds("SIGTERM 1");
        stage.exits(first(), 42);
        assertEquals(Exit.Cause.CHANNEL_LOST, stage.exit.cause());
        stage.assertNews("exited 1");
        stage.assertDeeds();
    }

    @Test
    void shouldReplaceOneThatOutlivesItsChannelWhenItsPortIsFree() {
        stage.with(PortMode.FIXED).running(1);
        stage.pass(10_000);
        stage.events.channelEnded(first(), false);
        stage.pass(1_000);
        stage.events.drained(first());
        stage.pass(5_000);
        stage.assertDeeds("publish []", "drain 1 20000", "SIGTERM 1");
        stage.exits(first(), 143);
        stage.assertDeeds("spawn 2");
    }

    @Test
    void shouldWaitForTheStatusOfOneThatOutlivesItsChannelWhereThatDecides() {
        stage.with(RestartPolicy.onFailure()).running(1);
        stage.pass(10_000);
        stage.events.channelEnded(first(), true);
        stage.pass(1_000);
        stage.assertDeeds("publish []", "drain 1 20000");
        stage.exits(first(), 0);
        stage.assertDeeds();
        assertEquals(Exit.Cause.EXITED, stage.exit.cause());
    }

    @Test
    void shouldReplaceOneThatLosesItsChannelWithoutGoodbyeAsAFailure() {
        stage.with(RestartPolicy.onFailure()).running(1);
        stage.pass(10_000);
        stage.events.channelEnded(first(), false);
        stage.pass(1_000);
        stage.assertDeeds("publish []", "drain 1 20000", "spawn 2");
    }

    @Test
    void shouldReportHowTheStartFailedWhenAWorkerOutlivesItsChannel() {
        CompletableFuture<Void> started = stage.start(1);
        stage.born(first());
        stage.events.hello(first());
        stage.events.channelEnded(first(), true);
        stage.pass(1_000);
        stage.events.drained(first());
        assertFalse(started.isDone());
        stage.exits(first(), 9);
        String why = started.handle((nothing, failure) -> failure.getMessage()).join();
        assertTrue(why.contains("exit code 9 (never became ready)"), why);
    }

    @Test
    void shouldNotLetOneThatOutlivesItsChannelDelayAStop() {
        stage.running(1);
        stage.events.channelEnded(first(), true);
        CompletableFuture<Void> stop = stage.stop();
        stage.events.drained(first());
        stage.assertDeeds("publish []", "stop accepting", "drain 1 20000", "SIGTERM 1");
        stage.dies(first(), "SIGTERM");
        assertTrue(stop.isDone());
    }

    @Test
    void shouldEndOneThatOutlivesItsChannelAtTheDeadline() {
        stage.running(1);
        stage.events.channelEnded(first(), true);
        stage.pass(1_000);
        stage.forget();
        stage.pass(20_000);
        stage.assertDeeds();
        stage.pass(5_000);
        stage.assertDeeds("SIGTERM 1");
        stage.pass(5_000);
        stage.assertDeeds("SIGKILL 1");
        stage.dies(first(), "SIGKILL");
        assertEquals(Exit.Cause.CHANNEL_LOST, stage.exit.cause());
        assertFalse(stage.exit.voluntary());
    }

    @Test
    void shouldTermOneWhoseChannelEndsDuringTheDrain() {
        stage.running(1);
        stage.supervisor.stop(first());
        stage.events.channelEnded(first(), false);
        stage.forget();
        stage.events.drained(first());
        stage.assertDeeds("SIGTERM 1");
    }
}
