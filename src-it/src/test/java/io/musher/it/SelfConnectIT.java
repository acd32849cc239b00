package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Target;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Nobody listens on a target's port, so Linux may give that port to the very socket that connects to it: such a socket
 * is connected to itself, the client would hear its own words, and the target could not listen again. About one of
 * 14,000 connects to an even port of the range that systems hand out ends so.
 */
@EnabledOnOs(OS.LINUX)
class SelfConnectIT {

    private static final int TARGETS = 100;
    private static final int CLIENTS = 800;

    @Test
    void shouldNotTakeItselfForATarget() throws Exception {
        int port = FreePorts.freeEphemeral();
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < TARGETS; i++) {
            targets.add(new Target("t" + i, new InetSocketAddress("127.0.0.1", port)));
        }
        // Each client tries all of them, in vain, and is closed.
        try (Balancer balancer = Balancer.builder().host("127.0.0.1").port(0).targets(targets)
                .ejectAfter(0).maxWaiting(0).start()) {
            for (int i = 0; i < CLIENTS; i++) {
                try (Socket client = new Socket("127.0.0.1", balancer.address().getPort())) {
                    client.setSoTimeout((int) Child.PATIENCE.toMillis());
                    client.getOutputStream().write('x');
                    assertEquals(-1, client.getInputStream().read(), "an answer");
                } catch (SocketTimeoutException e) {
                    throw e;
                } catch (IOException e) {
                    // Reset, because what it sent has not been read.
                }
            }
            BalancerStats stats = balancer.stats();
            assertEquals(CLIENTS, stats.rejected(), stats::toString);
            assertEquals((long) CLIENTS * TARGETS, stats.connectFailures(), stats::toString);
            assertTrue(FreePorts.isFree(port));
        }
    }
}
