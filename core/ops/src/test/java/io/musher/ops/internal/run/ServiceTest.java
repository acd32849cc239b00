package io.musher.ops.internal.run;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterStats.SlotStats;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** The start and the end of a service with real processes. */
class ServiceTest extends ServiceTestBase {

    @Test
    void shouldBeOverWhenAllHaveEndedThatCouldBeStarted() throws Exception {
        Path work = Files.createDirectory(folder.resolve("work"));
        start(spec("restart: 'never', cwd: 'work'"));
        Files.delete(work);
        assertThrows(ExecutionException.class, () -> service.scale(3).get());
        assertFalse(service.isOver());

        endWorkers();

        await().atMost(PATIENCE).until(service::isOver);
        assertFalse(service.hasFailed());
    }

    @Test
    void shouldNotBeOverBeforeTheLastExitIsNoted() throws Exception {
        start(spec("restart: 'never', cluster: {instances: 4}"));
        assertFalse(service.isOver());

        endWorkers();

        await().atMost(PATIENCE).until(service::isOver);
        assertEquals(4, service.exits.count());
    }

    @Test
    void shouldForgetThatAPlaceWasStoppedWhenItHasAWorkerAgain() throws Exception {
        start(spec("restart: 'never', cluster: {instances: 2}"));
        Cluster cluster = service.cluster().orElseThrow();
        Worker second = service.workers().get(1);
        service.places.stop(second).get();
        assertEquals(List.of(second), List.copyOf(service.places.stopped(service.cluster())));

        service.places.start(cluster, 1, true).get();
        endWorkers();

        await().atMost(PATIENCE).until(service::isOver);
        assertEquals("ended", service.state(cluster, cluster.stats()));
    }

    /** One ends at once; the other one when it may. */
    @Test
    void shouldNotHaveStartedBeforeTheLastWorkerIsReadyOrHasEnded() throws Exception {
        service = new Service(entry("cmd: '[ $MUSHER_INSTANCE = 0 ] || while ! [ -e " + folder.resolve("end")
                + " ]; do sleep 0.05; done', restart: 'never', startTimeout: 600, readiness: 'explicit',"
                + " cluster: {instances: 2}"), context);
        CompletableFuture<Void> started = service.start();
        await().atMost(PATIENCE).until(() -> service.exits.count() == 1);
        assertFalse(started.isDone());

        endWorkers();

        started.get();
        assertEquals(2, service.exits.count());
        assertTrue(service.workers().isEmpty());
        await().atMost(PATIENCE).until(service::isOver);
        assertFalse(service.hasFailed());
    }

    @Test
    void shouldFailToStartWhenOneOfSeveralWorkersThatMayEndFails() throws Exception {
        service = new Service(entry("cmd: 'exit $MUSHER_INSTANCE', restart: 'never', cluster: {instances: 2}"),
                context);
        CompletableFuture<Void> started = service.start();

        ControlException failure = (ControlException) assertThrows(ExecutionException.class, started::get).getCause();

        assertTrue(failure.getMessage().contains("(web-2): exit code 1"), failure::getMessage);
    }

    @Test
    void shouldCloseItsTriggersWhenOneOfThemCannotBeAdded() throws Exception {
        timer.close();
        service = new Service(spec("watch: ['.'], terminate: '0 0 1 1 *'"), context);

        assertThrows(ControlException.class, service::start);

        await().atMost(PATIENCE).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("web-watch")));
        assertFalse(service.problem().isEmpty());
    }

    @Test
    void shouldSignalTheProgramOfALine() throws Exception {
        start(entry("cmd: 'sleep 300', restart: 'never'"));
        ProcessHandle process = ProcessHandle.of(service.workers().get(0).pid().orElseThrow()).orElseThrow();

        assertTrue(process.info().command().orElse("").endsWith("sleep"), () -> process.info().toString());
        assertEquals(0, process.descendants().count());
    }

    @Test
    void shouldNotQuoteTheOutputOfAnEarlierWorkerAsTheReason() throws Exception {
        service = new Service(entry("cmd: 'test -e second && exit 3; touch second; echo out of luck; exit 3',"
                + " restartLimit: 1"), context);

        Exception e = assertThrows(ExecutionException.class, () -> service.start().get());
        assertTrue(e.getMessage().contains("out of luck"), e::getMessage);

        Cluster cluster = service.cluster().orElseThrow();
        await().atMost(PATIENCE).until(() -> cluster.stats().slots().get(0).state() == SlotStats.State.GAVE_UP);
        String why = WorkerReport.reason(service, cluster.stats().slots().get(0));
        assertTrue(why.contains("exit code 3"), why);
        assertFalse(why.contains("out of luck"), why);
    }
}
