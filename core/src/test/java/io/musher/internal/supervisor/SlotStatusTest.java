package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ClusterStats.SlotStats.State;
import io.musher.Exit;
import io.musher.RestartPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a slot says of itself. */
class SlotStatusTest {

    private final SupervisorFixture fixture = new SupervisorFixture()
            .with(RestartPolicy.always().withGiveUp(3, Duration.ofMinutes(1)));

    private SlotStatus slot(int instance) {
        return fixture.supervisor.slots().get(instance);
    }

    private void assertSlot(int instance, State state, String reason) {
        assertEquals(state, slot(instance).state());
        assertTrue(slot(instance).reason().contains(reason), slot(instance)::reason);
    }

    private Incarnation latest() {
        return fixture.spawned.get(fixture.spawned.size() - 1);
    }

    @Test
    void shouldTellALifeFromTheStartToTheEnd() {
        fixture.bootLimit(1).start(3);
        assertSlot(0, State.STARTING, "start() was called");
        assertSlot(2, State.QUEUED, "start() was called");
        fixture.serve(fixture.worker(1));
        assertSlot(0, State.READY, "it called ready()");
        fixture.events.notReady(fixture.worker(1));
        assertSlot(0, State.NOT_READY, "it called notReady()");
        fixture.supervisor.kill(fixture.worker(1));
        assertSlot(0, State.EXITING, "kill() was called");
        fixture.dies(fixture.worker(1), "SIGKILL");
        assertSlot(0, State.QUEUED, "replaces worker 1");
        assertEquals(Exit.Cause.KILLED, slot(0).lastExit().orElseThrow().cause());
        assertTrue(slot(1).lastExit().isEmpty());
    }

    @Test
    void shouldCountFailuresOfAllItsWorkersAndNoRequestedEnd() {
        fixture.running(1);
        fixture.exits(fixture.worker(1), 7);
        fixture.events.spawnFailed(latest(), new IOException("no such program"));
        assertEquals(2, slot(0).failures());
        fixture.pass(200);
        fixture.serve(latest());
        fixture.supervisor.kill(latest());
        fixture.dies(latest(), "SIGKILL");
        assertEquals(2, slot(0).failures());
    }

    @Test
    void shouldTellWhatItWaitsForAndThatItGaveUp() {
        fixture.running(1);
        fixture.exits(fixture.worker(1), 7);
        fixture.events.spawnFailed(latest(), new IOException("no such program"));
        assertSlot(0, State.BACKOFF, "no such program");
        assertEquals(OptionalLong.of(fixture.now + 200_000_000), slot(0).nextStart());
        assertEquals(7, slot(0).lastExit().orElseThrow().status());
        fixture.pass(200);
        assertSlot(0, State.STARTING, "replaces worker 2: could not be started: no such program");
        latest().observed("nothing accepts on 127.0.0.1:8000");
        assertSlot(0, State.STARTING, "; nothing accepts on 127.0.0.1:8000");
        assertTrue(slot(0).nextStart().isEmpty());
        fixture.born(latest());
        fixture.exits(latest(), 9);
        assertSlot(0, State.GAVE_UP, "given up after 3 unstable starts, the last one: exit code 9");
        assertEquals(9, slot(0).lastExit().orElseThrow().status());
        assertEquals(2, slot(0).restarts());
        fixture.scale(1);
        assertSlot(0, State.STARTING, "scaled to 1");
    }
}
