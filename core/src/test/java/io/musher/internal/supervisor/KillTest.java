package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Exit;
import io.musher.StopPolicy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Workers that are killed on request: how they count, and whether they are replaced. */
class KillTest {

    private final SupervisorFixture fixture = new SupervisorFixture();

    private Incarnation first() {
        return fixture.worker(1);
    }

    @Test
    void shouldKillAtOnceAndReplaceForFree() {
        fixture.running(1);
        fixture.supervisor.kill(first());
        fixture.assertActions("SIGKILL 1", "publish []");
        fixture.dies(first(), "SIGKILL");
        assertEquals(Exit.Cause.KILLED, fixture.exit.cause());
        assertFalse(fixture.exit.voluntary());
        fixture.assertReports("disconnected 1", "exited 1", "restarting 1 0");
        fixture.assertActions("spawn 2");
    }

    @Test
    void shouldNotReplaceOneKilledWhileItStops() {
        fixture.running(1);
        fixture.supervisor.stop(first());
        fixture.supervisor.kill(first());
        fixture.dies(first(), "SIGKILL");
        assertTrue(fixture.exit.voluntary());
        fixture.assertReports("disconnected 1", "exited 1");
    }

    @Test
    void shouldNotReplaceOneStoppedWhileItIsKilled() {
        fixture.running(1);
        fixture.supervisor.kill(first());
        fixture.supervisor.stop(first());
        fixture.dies(first(), "SIGKILL");
        assertFalse(fixture.exit.voluntary());
        fixture.assertReports("disconnected 1", "exited 1");
    }

    @Test
    void shouldKillAllAtTheSecondSignal() {
        fixture.with(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(3))).running(2);
        fixture.fork();
        fixture.forget();
        CompletableFuture<Void> stop = fixture.stop();
        fixture.supervisor.killAll();
        assertTrue(fixture.actions.contains("SIGKILL 1") && fixture.actions.contains("SIGKILL 2"));
        fixture.dies(first(), "SIGKILL");
        fixture.dies(fixture.worker(2), "SIGKILL");
        fixture.forget();
        fixture.born(fixture.worker(3));
        assertTrue(fixture.actions.contains("SIGKILL 3"));
        assertFalse(stop.isDone());
        fixture.dies(fixture.worker(3), "SIGKILL");
        assertTrue(stop.isDone());
        assertTrue(fixture.timers.isEmpty());
    }
}
