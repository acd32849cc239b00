package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that do not read: what is kept for them is bounded, and only they pay for it. */
class StalledReadersTest {

    /** One loop then keeps four blocks of 16 KiB and no large buffer. */
    private static final int LITTLE = 64 * 1024;
    private static final String HEADER = "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n";

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget target = fixture.manual();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @Test
    void shouldEndTheLongestStalledWhenTheMemoryIsSpent() throws Exception {
        Balancer balancer = balancer();
        Peer before = fixture.connect(balancer);
        Peer beforeServer = target.next();
        List<Peer> stalled = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            stalled.add(stall(balancer));
            int kept = Math.min(4, i + 1);
            int cut = i + 1 - kept;
            BalancerFixture.await("stalled client " + i,
                    () -> balancer.stats().bufferedBytes() == kept * 16384L && balancer.stats().cutStalled() == cut);
        }

        for (int i = 0; i < 10; i++) {
            exchange(before, beforeServer);
            Peer fresh = fixture.connect(balancer);
            exchange(fresh, target.next());
            fresh.close();
        }
        assertEquals(2, balancer.stats().cutStalled());
        assertEquals(2, balancer.stats().cut() + balancer.stats().cutStalled());
        assertEquals(1, told.size(), told::toString);
        for (int i = 0; i < 2; i++) {
            Peer longest = stalled.get(i);
            assertThrows(SocketException.class, longest::receiveAll, "the one that stalled first");
        }
        for (int i = 2; i < 6; i++) {
            stalled.get(i).receive(1_000_000); // is served as soon as it reads
            stalled.get(i).close();
        }
        BalancerFixture.await("all is given back", () -> balancer.stats().bufferedBytes() == 0);
    }

    @Test
    void shouldFindRoomForOneThatStallsForAMoment() throws Exception {
        Balancer balancer = balancer();
        for (int i = 0; i < 4; i++) {
            stall(balancer);
        }
        BalancerFixture.await("the memory is spent", () -> balancer.stats().bufferedBytes() == LITTLE);
        byte[] big = new byte[12_000_000];
        new Random(1).nextBytes(big);
        Peer slow = fixture.connect(balancer);
        Peer server = target.next();
        Future<Peer> download = fixture.beside(() -> server.send(big).sendEnd());
        BalancerFixture.await("it has stalled", () -> balancer.stats().cutStalled() > 0);

        assertArrayEquals(big, slow.receiveAll());
        BalancerFixture.get(download);
        assertEquals(1, balancer.stats().cutStalled());
    }

    @Test
    void shouldDeliverEveryByteBothWaysWhenLittleMayBeKept() throws Exception {
        Balancer balancer = balancer();
        byte[] big = new byte[12_000_000];
        new Random(2).nextBytes(big);
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        Future<Peer> up = fixture.beside(() -> client.send(big).sendEnd());
        Future<Peer> down = fixture.beside(() -> server.send(big).sendEnd());
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToClients());
        BalancerFixture.awaitStall("the target is stalled", () -> balancer.stats().bytesToTargets());
        Future<byte[]> uploaded = fixture.beside(server::receiveAll);

        assertArrayEquals(big, client.receiveAll());
        assertArrayEquals(big, BalancerFixture.get(uploaded));
        BalancerFixture.get(up);
        BalancerFixture.get(down);
        assertEquals(0, balancer.stats().cutStalled());
        BalancerFixture.await("all is given back", () -> balancer.stats().bufferedBytes() == 0);
    }

    /** The header of such a client, too, needs a place. */
    @Test
    void shouldServeClientsOfATrustedProxyWhenTheMemoryIsSpent() throws Exception {
        Balancer balancer = balancer(b -> b.trustedProxies("127.0.0.1"));
        for (int i = 0; i < 4; i++) {
            stall(balancer, HEADER);
        }
        BalancerFixture.await("the memory is spent", () -> balancer.stats().bufferedBytes() == LITTLE);
        exchange(fixture.connect(balancer).send(HEADER), target.next());
        assertEquals(0, balancer.stats().cutStalled(), "a header that comes in one piece needs no memory");

        Peer inParts = fixture.connect(balancer).send(HEADER.substring(0, 10));
        BalancerFixture.await("the one stalled for longest makes room", () -> balancer.stats().cutStalled() == 1);
        inParts.send(HEADER.substring(10) + "hello");
        Peer server = target.next();
        server.expect("hello");
        exchange(inParts, server);
        assertEquals(1, balancer.stats().cutStalled());
        BalancerFixture.await("what was kept of the header is given back",
                () -> balancer.stats().bufferedBytes() == LITTLE * 3 / 4);
    }

    @Test
    void shouldCountNothingAsKeptThatWasForwarded() throws Exception {
        Balancer balancer = balancer(b -> b.connectOnFirstByte(Duration.ofMinutes(1)));
        for (int i = 0; i < 3; i++) {
            exchange(fixture.connect(balancer), target);
            assertEquals(0, balancer.stats().bufferedBytes());
        }
    }

    private Balancer balancer() {
        return balancer(b -> b);
    }

    private Balancer balancer(UnaryOperator<BalancerBuilder> options) {
        BalancerListener listener = new BalancerListener() {
            @Override
            public void buffersSpent(String why) {
                told.add(why);
            }
        };
        return fixture.balancer(b -> options.apply(
                b.bufferSize(LITTLE).maxBufferedBytes(LITTLE).listener(listener).targets(List.of(target.as("a")))));
    }

    /** A client whose target sends without an end, and that does not read. */
    private Peer stall(Balancer balancer) throws Exception {
        return stall(balancer, "");
    }

    private Peer stall(Balancer balancer, String header) throws Exception {
        Socket small = new Socket();
        small.setReceiveBufferSize(16384);
        Peer client = fixture.add(Peer.connect(balancer.address(), small)).send(header);
        Peer server = target.next();
        fixture.beside(() -> {
            byte[] block = new byte[50_000];
            while (true) {
                server.send(block);
            }
        });
        return client;
    }

    /** The same with a target that is connected when the client has spoken. */
    private static void exchange(Peer client, ScriptedTarget target) throws Exception {
        client.send("hello");
        Peer server = target.next();
        server.expect("hello");
        server.send("welcome");
        client.expect("welcome");
    }

    private static void exchange(Peer client, Peer server) throws Exception {
        client.send("hello");
        server.expect("hello");
        server.send("welcome");
        client.expect("welcome");
    }
}
