package io.musher.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Launch;
import io.musher.Output;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process start that hangs, as with a file server that does not answer. */
@EnabledOnOs(OS.LINUX)
class HangingProcessTest {

    private final SpawnerFixture fixture = new SpawnerFixture(Output.discard());
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        fixture.close();
    }

    @Test
    void shouldTellExitsAndSendSignalsWhileAStartHangs() throws Exception {
        WorkerProcess ends = fixture.sh("echo up; sleep 1000");
        WorkerProcess hears = fixture.sh("trap 'echo heard; exit 3' USR1; echo up; while :; do sleep 0.01; done");
        WorkerProcess stops = fixture.sh("sleep 1000 & wait");
        SpawnerFixture.printed(ends, "up");
        SpawnerFixture.printed(hears, "up");
        CountDownLatch hangs = new CountDownLatch(1);
        fixture.spawner.thread().run(() -> {
            hangs.countDown();
            hang();
        });
        hangs.await();
        CompletableFuture<WorkerProcess> late = fixture.spawner
                .spawn(fixture.request(Launch.command("true"), Optional.empty(), Map.of()));
        ends.kill();
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(ends).signal());
        hears.signal("USR1");
        assertEquals(OptionalInt.of(3), SpawnerFixture.end(hears).code());
        stops.terminate();
        assertEquals(Optional.of("SIGTERM"), SpawnerFixture.end(stops).signal());
        release.countDown();
        assertEquals(OptionalInt.of(0), SpawnerFixture.end(late.get()).code());
    }

    private void hang() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
