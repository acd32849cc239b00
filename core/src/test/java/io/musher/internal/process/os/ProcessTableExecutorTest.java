package io.musher.internal.process.os;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Output;
import io.musher.internal.process.SpawnerFixture;
import io.musher.internal.process.WorkerProcess;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Looks that hang at a process, as with a file server that does not answer. */
@EnabledOnOs(OS.LINUX)
class ProcessTableExecutorTest {

    private static final long NOBODY = Long.MAX_VALUE;

    private final SpawnerFixture fixture = new SpawnerFixture(Output.discard());
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        fixture.close();
    }

    @Test
    void shouldTellExitsWhileAProcessCannotBeLookedAt() throws Exception {
        WorkerProcess stuck = fixture.sh("echo up; sleep 1000");
        WorkerProcess other = fixture.sh("sleep 1000 & echo up; wait");
        SpawnerFixture.printed(other, "up");
        CompletableFuture<Void> looking = new CompletableFuture<>();
        Thread looker = new Thread(() -> {
            try {
                ProcessTable.read(stuck.pid(), folder -> {
                    looking.complete(null);
                    hang();
                    return 0;
                });
            } catch (IOException e) {
                looking.completeExceptionally(e);
            }
        });
        looker.start();
        looking.get();
        await("a look that passes it by").until(() -> ProcessTable.entry(stuck.pid()).isEmpty());
        assertThrows(IOException.class, () -> ProcessTable.read(stuck.pid(), folder -> 0));
        other.kill();
        assertEquals(Optional.of("SIGKILL"), SpawnerFixture.end(other).signal());
        release.countDown();
        looker.join();
        assertTrue(ProcessTable.entry(stuck.pid()).isPresent(), "it can be looked at again");
    }

    @Test
    void shouldLookAgainWhenALookHangs() throws Exception {
        ProcessTableExecutor processTable = new ProcessTableExecutor("test");
        AtomicInteger tries = new AtomicInteger();
        assertEquals("seen", processTable.query(() -> {
            tries.incrementAndGet();
            try {
                return ProcessTable.read(NOBODY, folder -> {
                    hang();
                    return "hung";
                });
            } catch (IOException e) {
                return "seen";
            }
        }, "nothing"));
        assertTrue(tries.get() > 1, "tries: " + tries);
        assertEquals("nothing", processTable.query(() -> {
            throw new IllegalStateException("as a look that fails");
        }, "nothing"));
        processTable.close();
        assertEquals("here", processTable.query(() -> "here", "nothing"));
    }

    private void hang() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
