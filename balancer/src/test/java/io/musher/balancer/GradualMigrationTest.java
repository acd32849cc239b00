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
        try (LoopContextFixture lane = new LoopContextFixture(Balancer.builder());
                ServerSocketChannel a = listen();
                ServerSocketChannel b = listen();
                ServerSocketChannel c = listen()) {
            lane.targets(target("a", a));
            for (int i = 0; i < MANY; i++) {
                lane.arrive(new byte[0]);
            }
            lane.targets(target("b", b));
            long atOnce = moved(lane);
            assertTrue(atOnce > 0 && atOnce < MANY / 3, "moved in one turn: " + atOnce);

            lane.targets(target("c", c)); // those that are at b by now have to leave, too
            for (int i = 0; i < 20; i++) {
                lane.pass(2);
            }
            assertEquals(MANY + atOnce, moved(lane));
            lane.onLoop(() -> assertEquals(MANY, lane.limits.clients()));
        }
    }

    private static long moved(LoopContextFixture lane) {
        return lane.context.total.moved.get();
    }

    private static Target target(String id, ServerSocketChannel listening) throws Exception {
        return new Target(id, (InetSocketAddress) listening.getLocalAddress());
    }

    private static ServerSocketChannel listen() throws Exception {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 2 * MANY);
    }
}
