package io.musher.ops.internal.run;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Worker;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Reloads that fail: the workers before them stay, and only what fails otherwise is a failure of the service. */
class FileReloadTest extends ServiceTestBase {

    @Test
    void shouldNotCountAFailedReloadAsAFailureOfAProgramThatIsNotRestarted() throws Exception {
        start(spec("restart: 'never'"));

        FileReload.replace(service, entry("cmd: 'exit 3', restart: 'never'")).exceptionally(failure -> null).join();
        await().atMost(PATIENCE).until(() -> service.failedRollout().isPresent());

        assertFalse(service.hasFailed());
        endWorkers();
        await().atMost(PATIENCE).until(service::isOver);
        assertFalse(service.hasFailed());
        assertEquals(Optional.empty(), service.exits.firstFailure());
    }

    @Test
    void shouldCountTheFailureOfAWorkerAfterAFailedReload() throws Exception {
        start(spec("restart: 'never'"));
        FileReload.replace(service, entry("cmd: 'exit 3', restart: 'never'")).exceptionally(failure -> null).join();

        service.workers().get(0).kill();

        await().atMost(PATIENCE).until(service::isOver);
        assertTrue(service.hasFailed());
        assertEquals(137, service.exits.firstFailure().orElseThrow().status());
    }

    @Test
    void shouldKeepTheWorkersOfAReloadThatFailsOtherwise() throws Exception {
        start(spec("restart: 'never'"));
        Worker worker = service.workers().get(0);

        assertThrows(ExecutionException.class, () -> FileReload.replace(service, entry("cmd: 'exit 3'")).get());

        assertEquals(List.of(worker), service.workers());
    }
}
