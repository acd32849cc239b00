package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HalfCloseTest {

    private static final byte[] BIG = new byte[12_000_000];

    static {
        new Random(1).nextBytes(BIG);
    }

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private ScriptedTarget target;
    private Balancer balancer;

    @BeforeEach
    void start() {
        target = fixture.manual();
        balancer = fixture.balancer(target.as("a"));
    }

    @Test
    void shouldAnswerAClientThatSaysNoMore() throws Exception {
        Peer client = fixture.connect(balancer);
        client.send("question").sendEnd();
        Peer server = target.next();
        assertArrayEquals("question".getBytes(), server.receiveAll());
        Future<?> answer = fixture.beside(() -> server.send(BIG).sendEnd());
        assertArrayEquals(BIG, client.receiveAll());
        BalancerFixture.get(answer);
        ended(server);
    }

    @Test
    void shouldDeliverAllThatWasSentBeforeTheClientsEnd() throws Exception {
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        Future<Peer> upload = fixture.beside(() -> client.send(BIG).sendEnd());
        BalancerFixture.awaitStall("the target is stalled", () -> balancer.stats().bytesToTargets());
        assertArrayEquals(BIG, server.receiveAll());
        BalancerFixture.get(upload);
        server.send("thanks").sendEnd();
        client.expect("thanks");
        client.expectEnd();
        ended(server);
    }

    @Test
    void shouldDeliverADownloadToASlowReaderBeforeTheTargetsEnd() throws Exception {
        Socket small = new Socket();
        small.setReceiveBufferSize(8192);
        Peer client = fixture.add(Peer.connect(balancer.address(), small));
        Peer server = target.next();
        Future<Peer> download = fixture.beside(() -> server.send(BIG).sendEnd());
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToClients());
        assertArrayEquals(BIG, client.receiveAll());
        BalancerFixture.get(download);
        client.send("goodbye").sendEnd();
        server.expect("goodbye");
        server.expectEnd();
        ended(server);
    }

    @Test
    void shouldLetTheClientSpeakAfterTheTargetsEnd() throws Exception {
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        server.send("go on").sendEnd();
        client.expect("go on");
        client.expectEnd();
        Future<Peer> upload = fixture.beside(() -> client.send(BIG).sendEnd());
        assertArrayEquals(BIG, server.receiveAll());
        BalancerFixture.get(upload);
        ended(server);
    }

    @Test
    void shouldEndWhenBothEndAtOnceWithDataOnItsWay() throws Exception {
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        Future<Peer> up = fixture.beside(() -> client.send(BIG).sendEnd());
        Future<Peer> down = fixture.beside(() -> server.send(BIG).sendEnd());
        BalancerFixture.awaitStall("the target is stalled", () -> balancer.stats().bytesToTargets());
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToClients());
        Future<byte[]> downloaded = fixture.beside(client::receiveAll);
        assertArrayEquals(BIG, server.receiveAll());
        assertArrayEquals(BIG, BalancerFixture.get(downloaded));
        BalancerFixture.get(up);
        BalancerFixture.get(down);
        ended(server);
    }

    @Test
    void shouldTellTheTargetThatAnIdleClientLeft() throws Exception {
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        client.close();
        server.expectEnd();
        server.close();
        ended(server);
    }

    @Test
    void shouldPassOnTheEndOfASilentConnectionFromBothSides() throws Exception {
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        client.sendEnd();
        server.expectEnd();
        assertEquals(1, balancer.stats().active(), "the target has not ended yet");
        server.sendEnd();
        client.expectEnd();
        ended(server);
    }

    private void ended(Peer server) throws Exception {
        server.expectEnd();
        BalancerFixture.await("the connection has ended", () -> balancer.stats().active() == 0);
        assertEquals(0, balancer.stats().target("a").orElseThrow().active());
    }
}
