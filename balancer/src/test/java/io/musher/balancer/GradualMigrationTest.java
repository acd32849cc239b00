package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;

/**
 * Thousands of idle clients of a withdrawn target are moved a few at a time, so that the active ones are served
 * between.
 */
class GradualMigrationTest {

    private static final int MANY = 300;

    @Test
    void shouldServeOthersWhileManyClientsAreMoved() throws Exception {
        try (LoopContextFixture fixture = new LoopContextFixture(Balancer.builder());
                ServerSocketChannel a = listen();
                ServerSocketChannel b = listen();
                ServerSocketChannel c = listen()) {
            fixture.targets(target("a", a));
            for (int i = 0; i < MANY; i++) {
                fixture.arrive(new byte[0]);
            }
            fixture.targets(target("b", b));
            long atOnce = moved(fixture);
            assertTrue(atOnce > 0 && atOnce < MANY / 3, "moved in one turn: " + atOnce);

            fixture.targets(target("c", c)); // those that are at b by now have to leave, too
            for (int i = 0; i < 20; i++) {
                fixture.pass(2);
            }
            assertEquals(MANY + atOnce, moved(fixture));
            fixture.onLoop(() -> assertEquals(MANY, fixture.limits.clients()));
        }
    }

    private static long moved(LoopContextFixture fixture) {
        return fixture.context.total.moved.get();
    }

    private static Target target(String id, ServerSocketChannel listening) throws Exception {
        return new Target(id, (InetSocketAddress) listening.getLocalAddress());
    }

    private static ServerSocketChannel listen() throws Exception {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 2 * MANY);
    }
}
