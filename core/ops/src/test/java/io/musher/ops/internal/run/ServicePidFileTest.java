package io.musher.ops.internal.run;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ops.internal.control.ControlException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pid files of a service: where they are, when they are written, and which of them are refused. */
class ServicePidFileTest extends ServiceTestBase {

    @Test
    void shouldMoveThePidFileOfAWorkerThatRuns() throws Exception {
        start(spec("pidFile: 'old.pid'"));
        long pid = service.workers().get(0).pid().orElseThrow();
        Path former = folder.resolve("old.pid");
        Path present = folder.resolve("run/web-1.pid");
        await().atMost(PATIENCE).until(() -> Files.exists(former));

        service.apply(spec("pidFile: 'run/%n.pid'"));
        assertFalse(Files.exists(former));
        assertEquals(pid + "\n", Files.readString(present));

        Files.writeString(present, "1\n"); // by another program
        service.apply(spec(""));
        assertEquals("1\n", Files.readString(present));

        service.apply(spec("pidFile: 'run/%n.pid'"));
        service.stop().join();
        await().atMost(PATIENCE).until(() -> Files.notExists(present));
    }

    @Test
    void shouldNotLetSeveralWorkersShareAPidFile() throws Exception {
        start(spec("pidFile: 'web.pid'"));

        ControlException refused = assertThrows(ControlException.class, () -> service.scale(2));

        assertTrue(refused.getMessage().contains("put %n"), refused::getMessage);
        assertEquals(1, service.wanted());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "mkfifo web.pid    | web.pid     | web.pid is a pipe or a device, not a file: name another path",
            "mkdir web.pid     | web.pid     | web.pid is a folder, not a file: name another path",
            "touch run         | run/web.pid | run/web.pid cannot be made",
            "ln -s . run; mkdir web-2 | run/%n | run/web-2 is a folder"})
    @Timeout(60)
    void shouldNotStartWhereItsPidFileCannotBeWritten(String prepare, String pidFile, String reason) throws Exception {
        assertEquals(0, new ProcessBuilder("sh", "-c", prepare).directory(folder.toFile()).start().waitFor());
        service = new Service(spec("cluster: {instances: " + (pidFile.contains("%") ? 2 : 1) + "}, pidFile: '"
                + pidFile + "'"), context);

        ControlException refused = assertThrows(ControlException.class, service::start);

        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
        assertTrue(service.cluster().isEmpty());
    }

    @Test
    @Timeout(60)
    void shouldNotWaitForAPipeThatHasTakenThePlaceOfItsPidFile() throws Exception {
        start(spec("pidFile: 'web.pid'"));
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("web.pid")));
        Files.delete(folder.resolve("web.pid"));
        assertEquals(0, new ProcessBuilder("mkfifo", folder.resolve("web.pid").toString()).start().waitFor());

        service.workers().get(0).restart().get();

        await().atMost(PATIENCE).until(() -> service.exits.count() == 1);
        assertTrue(Files.exists(folder.resolve("web.pid")));
    }
}
