package io.musher.ops.internal.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.Worker;
import io.musher.ops.internal.file.ProcessSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Programs that listen on a port of their own: how they are replaced, and what a port in use is said to mean. */
class OwnPortTest extends ServiceTestBase {

    /** Listens on a port that is in its code, so to say. */
    static final class Listener {
        public static void main(String[] args) throws Exception {
            try (ServerSocket socket = new ServerSocket(Integer.parseInt(args[0]), 50,
                    InetAddress.getLoopbackAddress())) {
                while (true) {
                    try (Socket client = socket.accept()) {
                        client.getOutputStream().write((ProcessHandle.current().pid() + "\n").getBytes(UTF_8));
                    }
                }
            }
        }
    }

    private static String listener(int port) throws Exception {
        Path classes = Path.of(Listener.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return "cmd: ['" + Path.of(System.getProperty("java.home"), "bin", "java") + "', '-cp', '" + classes + "', '"
                + Listener.class.getName() + "', '" + port + "']";
    }

    /** {@return the id of the process that listens; 0 if none does} */
    private static long answering(int port) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String answer = new String(client.getInputStream().readAllBytes(), UTF_8).strip();
            return answer.isEmpty() ? 0 : Long.parseLong(answer);
        } catch (IOException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void shouldStopTheWorkerFirstThatHasThePortItsSuccessorWants() throws Exception {
        int port = freePort();
        ProcessSpec spec = entry(listener(port));
        start(spec);
        await().atMost(PATIENCE).until(() -> answering(port) != 0);
        long first = answering(port);

        FileReload.replace(service, spec).get();

        await().atMost(PATIENCE).until(() -> answering(port) != 0 && answering(port) != first);
        assertEquals(Optional.empty(), service.failedRollout());
        long second = answering(port);
        service.changed("app.js");
        await().atMost(PATIENCE).until(() -> answering(port) != 0 && answering(port) != second);
        assertEquals(1, service.wanted());
        assertFalse(service.isHeld());
    }

    @Test
    void shouldKeepAWorkerWithoutThePortThatIsSaidToBeTaken() throws Exception {
        start(spec("restart: 'never'"));
        Worker silent = service.workers().get(0);
        ProcessSpec bad = entry("cmd: 'echo Address already in use; exit 3'");
        assertThrows(ExecutionException.class, () -> FileReload.replace(service, bad).get());
        assertEquals(List.of(silent), service.workers());
        service.stop().join();

        int port = freePort();
        start(entry(listener(port)));
        await().atMost(PATIENCE).until(() -> answering(port) != 0);
        Worker listening = service.workers().get(0);
        ProcessSpec other = entry("cmd: 'echo listen EADDRINUSE: address already in use :::" + freePort()
                + "; exit 3'");
        assertThrows(ExecutionException.class, () -> FileReload.replace(service, other).get());
        assertEquals(List.of(listening), service.workers());
    }

    @Test
    void shouldSayThatTheReplacementOfAWorkerMayNeedItsPort() throws Exception {
        start(entry("cmd: 'test -e bad && exit 3; while true; do sleep 0.05; done'"));
        Files.createFile(folder.resolve("bad"));
        Target worker = Target.find(List.of("web-1"), List.of(service)).get(0);

        Exception e = assertThrows(ExecutionException.class, () -> worker.restartWorker().get());

        assertTrue(e.getMessage().endsWith("type musher restart web"), e::getMessage);
    }

    @Test
    void shouldSayHowWorkersShareAPort() throws Exception {
        start(spec("cluster: {instances: 2}"));
        Cluster cluster = service.cluster().orElseThrow();

        assertTrue(OwnPort.advice(cluster, "Error: listen EADDRINUSE: address already in use :::3000")
                .contains("give it to Musher, by -p PORT"));
        assertEquals("", OwnPort.advice(cluster, "Error: no database"));
        service.scale(1).get();
        assertEquals("", OwnPort.advice(cluster, "Error: listen EADDRINUSE: address already in use :::3000"));
    }

    @Test
    void shouldSayWhoHasTheCommonPort() throws Exception {
        int port = freePort();
        start(spec("cluster: {instances: 0, commonPort: " + port + "}"));

        assertTrue(OwnPort.advice(service.cluster().orElseThrow(), "OSError: [Errno 98] Address already in use")
                .startsWith("; if it is port " + port + ", that is Musher's"));
    }
}
