package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of the balancer program while no target takes them. */
class WaitingIT {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n";

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldNotBeLockedOutByClientsThatCameAndWent() throws Exception {
        int port = FreePorts.free();
        BalancerProgram program = BalancerProgram.start(children, "--target", "127.0.0.1:" + port);
        for (int i = 0; i < 1100; i++) {
            new Socket("127.0.0.1", program.port()).close();
        }
        List<StrictHttpClient> callers = new ArrayList<>();
        await("a client is held").until(() -> { // the end of the last one may not have been seen at once
            StrictHttpClient caller = new StrictHttpClient(program.port());
            callers.add(caller);
            caller.send(REQUEST);
            return isHeld(caller.socket());
        });
        try (NioHttpServer site = new NioHttpServer("late", port)) {
            StrictHttpClient held = callers.remove(callers.size() - 1);
            assertEquals(site.name(), held.answer());
            held.expectEnd();
            assertEquals(1, site.accepted(), "no empty connection reached the target");
            held.close();
        }
        for (StrictHttpClient caller : callers) {
            caller.close();
        }
        program.stop();
    }

    @Test
    @EnabledOnOs(OS.LINUX) // where the loopback interface has more than one address
    void shouldKeepPlacesForOtherAddresses() throws Exception {
        int port = FreePorts.free();
        BalancerProgram program = BalancerProgram.start(children, "--target", "127.0.0.1:" + port, "--max-waiting", "8",
                "--loops", "1");
        List<StrictHttpClient> many = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            StrictHttpClient caller = new StrictHttpClient(program.port());
            caller.send(REQUEST);
            many.add(caller);
        }
        try (Socket other = new Socket()) {
            other.bind(new InetSocketAddress("127.0.0.2", 0));
            other.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), program.port()));
            other.getOutputStream().write('x');
            program.child()
                    .awaitLine("127.0.0.1.*closed without service: .* more than a quarter of them from this address");
            assertThrows(IOException.class, many.remove(7)::answer);
            try (NioHttpServer site = new NioHttpServer("late", port)) {
                for (StrictHttpClient caller : many) {
                    assertEquals(site.name(), caller.answer());
                    caller.close();
                }
                await("the other is served, too").until(() -> site.accepted() == 8);
            }
        }
        program.stop();
    }

    @Test
    void shouldHoldThemNoLongerThanTheTimeout() throws Exception {
        BalancerProgram program = BalancerProgram.start(children, "--target", "127.0.0.1:" + FreePorts.free(),
                "--wait-timeout", "1");
        try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
            caller.expectEnd();
            program.child().awaitLine("closed without service: no target took the client within 1000 ms");
        }
        program.stop();
    }

    @Test
    void shouldHoldNoneWhenTheyAreNotToWait() throws Exception {
        BalancerProgram program = BalancerProgram.start(children, "--target", "127.0.0.1:" + FreePorts.free(),
                "--max-waiting", "0");
        for (int i = 0; i < 10; i++) {
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.expectEnd();
            }
        }
        program.stop();
        assertEquals(1,
                program.child().stderr().lines().filter(line -> line.contains("closed without service")).count(),
                program.child()::report);
    }

    private static boolean isHeld(Socket socket) throws IOException {
        socket.setSoTimeout(300);
        try {
            assertFalse(socket.getInputStream().read() >= 0, "no target has answered");
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            socket.setSoTimeout(40_000);
        }
    }
}
