package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

class DialerTest {

    @Test
    void shouldTryARefusedTargetOnceBeforeItReturnsToTheOneThatClosed() throws Exception {
        Strategy deadFirst = (ready, client) -> ready.stream().filter(c -> c.target().id().equals("dead")).findAny()
                .orElse(ready.get(0));
        try (LoopContextFixture lane = new LoopContextFixture(
                Balancer.builder().strategy(deadFirst).ejectAfter(0)); HeldPort dead = new HeldPort()) {
            lane.targets(lane.target());
            int client = lane.arrive(new byte[0]);
            lane.closeNextAtTarget();
            BalancerFixture.await("the client is alone", () -> lane.connections(lane.target()) == 0);
            lane.targets(lane.target(), dead.as("dead"));

            lane.send(client, new byte[]{(byte) client});

            assertEquals(client, lane.served());
            assertEquals(1, lane.connectFailures());
        }
    }

    @Test
    void shouldNotMoveAnUntouchedClientWhileTheOtherTargetsAreFull() throws Exception {
        try (LoopContextFixture lane = new LoopContextFixture(
                Balancer.builder().strategy((ready, client) -> ready.get(0)).maxConnectionsPerTarget(1));
                ServerSocketChannel other = ServerSocketChannel.open()) {
            other.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            Target full = new Target("full", (InetSocketAddress) other.getLocalAddress());
            lane.targets(lane.target(), full);
            lane.arrive(new byte[0]);
            lane.arrive(new byte[0]);

            lane.targets(full);

            assertEquals(List.of(), lane.waiting());
            assertEquals(0, lane.context.total.moved.get());
            assertEquals(1, lane.connections(lane.target()));
        }
    }
}
