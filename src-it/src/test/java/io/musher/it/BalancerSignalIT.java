package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SIGTERM: nobody comes in, those inside may finish, the deadline holds, and the exit status is that of a success. */
class BalancerSignalIT {

    /** Never reached in a test that passes. */
    private static final String LONG = "600";

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldEndARunningTransferWhole() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (ScriptedServer target = new ScriptedServer(socket -> {
            socket.getInputStream().read();
            BytePattern.write(socket.getOutputStream(), 0, 1 << 20);
            stopping.await();
            BytePattern.write(socket.getOutputStream(), 1 << 20, 20 << 20);
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--drain-timeout",
                    LONG);
            try (Socket client = new Socket("127.0.0.1", program.port())) {
                client.getOutputStream().write('x');
                InputStream in = client.getInputStream();
                BytePattern.expect(in, 0, 1 << 20);
                program.child().signal("TERM");
                program.child().awaitLine("stopped accepting, waiting up to 600 s for 1 connection to end");
                awaitRefused(program);
                stopping.countDown();
                BytePattern.expect(in, 1 << 20, 20 << 20);
                assertEquals(-1, in.read());
            }
            assertStopped(program, 0);
        }
    }

    @Test
    void shouldFinishTheRequestOfAKeptAliveConnection() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (ScriptedServer target = new ScriptedServer(socket -> {
            socket.getInputStream().read();
            asked.countDown();
            stopping.await();
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"
                    .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--drain-timeout",
                    LONG);
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.request();
                asked.await();
                program.child().signal("TERM");
                awaitRefused(program);
                stopping.countDown();
                assertEquals("done", caller.answer());
                caller.expectEnd();
            }
            assertStopped(program, 0);
        }
    }

    @Test
    void shouldNotWaitForIdleConnections() throws Exception {
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram.start(children, "--target", site.target(), "--drain-timeout",
                    LONG);
            try (StrictHttpClient first = new StrictHttpClient(program.port());
                    StrictHttpClient second = new StrictHttpClient(program.port())) {
                assertEquals("site", first.get());
                assertEquals("site", second.get());
                program.child().signal("TERM");
                first.expectEnd();
                second.expectEnd();
                assertStopped(program, 0);
            }
        }
    }

    @Test
    void shouldNotWaitForClientsThatWait() throws Exception {
        BalancerProgram program = BalancerProgram.start(children, "--target", "127.0.0.1:" + FreePorts.free(),
                "--drain-timeout", LONG);
        try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
            caller.request();
            program.child().signal("TERM");
            assertThrows(IOException.class, caller::answer);
            assertStopped(program, 0);
        }
    }

    @Test
    void shouldNotWaitForClientsThatSayNothing() throws Exception {
        CountDownLatch accepted = new CountDownLatch(3);
        try (ScriptedServer target = new ScriptedServer(socket -> {
            accepted.countDown();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--drain-timeout",
                    LONG);
            try (StrictHttpClient first = new StrictHttpClient(program.port());
                    StrictHttpClient second = new StrictHttpClient(program.port());
                    StrictHttpClient third = new StrictHttpClient(program.port())) {
                accepted.await();
                program.child().signal("TERM");
                first.expectEnd();
                second.expectEnd();
                third.expectEnd();
                assertStopped(program, 0);
            }
        }
    }

    @Test
    void shouldCutAtASecondSignal() throws Exception {
        try (ScriptedServer target = new ScriptedServer(socket -> {
            socket.getOutputStream().write('x');
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--drain-timeout",
                    LONG);
            try (Socket client = new Socket("127.0.0.1", program.port())) {
                assertEquals('x', client.getInputStream().read());
                program.child().signal("TERM");
                program.child().awaitLine("stopped accepting");
                await("a signal cuts").until(() -> {
                    Child.signal("TERM", program.child().pid()); // within the first second it counts for nothing
                    return !program.child().isAlive();
                });
                assertThrows(IOException.class, client.getInputStream()::read);
            }
            Child child = program.child();
            assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
            assertTrue(child.stdout().contains("musher-balancer: second signal, cutting 1 connection"),
                    child::report);
            assertTrue(child.stdout().endsWith("musher-balancer: stopped, 1 connection cut"), child::report);
        }
    }

    @Test
    void shouldTakeTwoSignalsAtOnceForOne() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (ScriptedServer target = new ScriptedServer(socket -> {
            socket.getOutputStream().write('x');
            stopping.await();
            BytePattern.write(socket.getOutputStream(), 0, 1 << 20);
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--drain-timeout",
                    LONG);
            try (Socket client = new Socket("127.0.0.1", program.port())) {
                assertEquals('x', client.getInputStream().read());
                children.command("sh", "-c", "kill -s TERM $0; kill -s INT $0", Long.toString(program.child().pid()))
                        .exitCode(Child.PATIENCE);
                awaitRefused(program);
                stopping.countDown();
                BytePattern.expect(client.getInputStream(), 0, 1 << 20);
                assertEquals(-1, client.getInputStream().read());
            }
            assertStopped(program, 0);
        }
    }

    @Test
    void shouldCutWhatDoesNotEnd() throws Exception {
        try (ScriptedServer target = new ScriptedServer(socket -> {
            socket.getOutputStream().write('x');
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--drain-timeout",
                    "1");
            try (Socket client = new Socket("127.0.0.1", program.port())) {
                assertEquals('x', client.getInputStream().read());
                program.child().signal("TERM");
                assertStopped(program, 1);
                assertThrows(IOException.class, client.getInputStream()::read);
            }
        }
    }

    private static void awaitRefused(BalancerProgram program) {
        await("new clients are refused").until(() -> {
            try (Socket late = new Socket("127.0.0.1", program.port())) {
                return !late.isConnected();
            } catch (ConnectException e) {
                return true;
            }
        });
        assertTrue(program.child().isAlive(), program.child()::report);
    }

    private static void assertStopped(BalancerProgram program, int cut) throws Exception {
        Child child = program.child();
        assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
        assertEquals("", child.stderr(), child::report);
        assertEquals("musher-balancer: stopped, " + cut + (cut == 1 ? " connection cut" : " connections cut"),
                child.stdout().lines().skip(2).findFirst().orElse(null), child::report);
    }
}
