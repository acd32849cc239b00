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
        try (LoopContextFixture fixture = new LoopContextFixture(
                Balancer.builder().strategy(deadFirst).ejectAfter(0)); HeldPort dead = new HeldPort()) {
            fixture.targets(fixture.target());
            int client = fixture.arrive(new byte[0]);
            fixture.closeNextAtTarget();
            BalancerFixture.await("the client is alone", () -> fixture.connections(fixture.target()) == 0);
            fixture.targets(fixture.target(), dead.as("dead"));

            fixture.send(client, new byte[]{(byte) client});

            assertEquals(client, fixture.served());
            assertEquals(1, fixture.connectFailures());
        }
    }

    @Test
    void shouldNotHoldATimeoutAgainstATargetThatTakesOtherConnections() throws Exception {
        try (LoopContextFixture fixture = new LoopContextFixture(Balancer.builder());
                BlackHole hole = new BlackHole()) {
            fixture.targets(hole.as("hole"));
            fixture.arrive(new byte[0]);
            hole.makeRoom();
            while (fixture.connections(hole.as("hole")) < 3) {
                fixture.arrive(new byte[0]); // two are taken before the first one tries again
            }

            fixture.pass(3_000);

            assertEquals(0, fixture.connectFailures());
            assertEquals(List.of(0), fixture.waiting());

            fixture.pass(500); // it tries again
            fixture.pass(3_000);

            assertEquals(1, fixture.connectFailures(), "now it has taken none for as long");
        }
    }

    @Test
    void shouldNotMoveAnUntouchedClientWhileTheOtherTargetsAreFull() throws Exception {
        try (LoopContextFixture fixture = new LoopContextFixture(
                Balancer.builder().strategy((ready, client) -> ready.get(0)).maxConnectionsPerTarget(1));
                ServerSocketChannel other = ServerSocketChannel.open()) {
            other.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            Target full = new Target("full", (InetSocketAddress) other.getLocalAddress());
            fixture.targets(fixture.target(), full);
            fixture.arrive(new byte[0]);
            fixture.arrive(new byte[0]);

            fixture.targets(full);

            assertEquals(List.of(), fixture.waiting());
            assertEquals(0, fixture.context.total.moved.get());
            assertEquals(1, fixture.connections(fixture.target()));
        }
    }
}
