package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application dies, but the proxy in front of it goes on accepting, and ends every connection without an answer. */
class DeadApplicationIT {

    private static final int REQUESTS = 200;

    @RegisterExtension
    final Children children = new Children();

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "least-connections", "random-of-two", "least-time"})
    @Timeout(120)
    void shouldLoseFewRequestsAndServeByItWhenItIsBack(String strategy) throws Exception {
        int port = FreePorts.free();
        try (NioHttpServer alive = new NioHttpServer("alive");
                ScriptedServer sidecar = new ScriptedServer(client -> pass(client, port))) {
            BalancerProgram program = BalancerProgram.start(children, "--target", alive.target(), "--target",
                    sidecar.target(), "--strategy", strategy);
            int lost = 0;
            for (int i = 0; i < REQUESTS; i++) {
                lost += fetch(program.port()).equals("alive") ? 0 : 1;
            }
            int failed = lost;
            System.out
                    .println(strategy + ": " + lost + " of " + REQUESTS + " requests were lost to a dead application");
            assertTrue(lost <= 12, () -> failed + " lost; " + program.child().report());
            try (NioHttpServer back = new NioHttpServer("back", port)) {
                await().atMost(Duration.ofSeconds(60)).until(() -> fetch(program.port()).equals(back.name()));
                if (program.child().stderr().contains("is ejected")) {
                    program.child().awaitLine("target " + sidecar.target() + " is back");
                }
            }
        }
    }

    /** The answer, or nothing. */
    private static String fetch(int port) {
        try {
            return StrictHttpClient.fetch(port);
        } catch (IOException e) {
            return "";
        }
    }

    /** One request and its answer, if there is an application. */
    private static void pass(Socket client, int port) throws IOException {
        try (Socket application = new Socket(InetAddress.getLoopbackAddress(), port)) {
            byte[] request = new byte[1024];
            int n = client.getInputStream().read(request);
            application.getOutputStream().write(request, 0, n);
            application.getInputStream().transferTo(client.getOutputStream());
        }
    }
}
