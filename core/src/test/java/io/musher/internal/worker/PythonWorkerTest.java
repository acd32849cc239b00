package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The example in Python, run by a real interpreter: PROTOCOL.md is enough to join. */
class PythonWorkerTest {

    @RegisterExtension
    final WorkerFixture fixture = new WorkerFixture();

    private TestWorkerProcess start() throws Exception {
        Path example = Path.of("..", "examples", "python", "worker.py").toAbsolutePath().normalize();
        assertTrue(Files.exists(example), example::toString);
        assumeTrue(hasPython(), "no python3 on this machine");
        TestWorkerProcess worker = fixture.command("env", "-u", "MUSHER_PORT", "python3", example.toString());
        worker.listener.expectHello();
        return worker;
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldServeUntilItIsToldToStop() throws Exception {
        TestWorkerProcess worker = start();
        String listening = worker.listener.next();
        assertTrue(listening.matches("listening \\d+"), listening);
        try (Socket client = new Socket("127.0.0.1", Integer.parseInt(listening.substring(10)))) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.endsWith("hello\n"), answer);
        }

        fixture.channels.run(worker.listener.channel::drain);
        fixture.channels.run(worker.listener.channel::stop);

        worker.listener.expect("goodbye connected=false");
        worker.ends(0);
    }

    @Test
    void shouldAnswerAGoodbye() throws Exception {
        TestWorkerProcess worker = start();
        fixture.channels.run(() -> worker.listener.channel.goodbye("that is all"));
        assertTrue(worker.listener.next().startsWith("listening"));
        worker.listener.expect("goodbye connected=false");
        worker.ends(0);
    }

    @Test
    void shouldLeaveWithItsPrimary() throws Exception {
        TestWorkerProcess worker = start();
        assertTrue(worker.listener.next().startsWith("listening"));
        fixture.channels.run(worker.listener.channel::close);
        worker.prints("the primary is gone").ends(1);
        assertEquals("lost: closed by the primary", worker.listener.next());
    }
}
