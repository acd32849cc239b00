package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client that still sends when its last answer is on its way: to close with unread input would reset it, and cut the
 * answer off.
 */
class LingeringTest {

    private static final String LAST_REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final byte[] answer = new byte[3_000_000];
    private ScriptedTarget target;
    private Balancer balancer;
    private Peer client;
    private Peer server;

    @BeforeEach
    void connect() throws Exception {
        new Random(1).nextBytes(answer);
        target = fixture.manual();
        balancer = fixture.balancer(target.as("a"));
        Socket small = new Socket();
        small.setReceiveBufferSize(16384);
        client = fixture.add(Peer.connect(balancer.address(), small));
        server = target.next();
    }

    @Test
    void shouldDeliverTheAnswerToAClientThatSendsALineEndMore() throws Exception {
        client.send(LAST_REQUEST);
        server.expect(LAST_REQUEST);
        client.send("\r\n");
        Future<?> sent = fixture.beside(() -> server.send(answer));
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToClients());
        expectTheWholeAnswer(sent);
    }

    @Test
    void shouldDeliverTheAnswerToAClientThatSendsAnotherRequestMeanwhile() throws Exception {
        client.send(LAST_REQUEST);
        server.expect(LAST_REQUEST);
        Future<?> sent = fixture.beside(() -> server.send(answer));
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToClients());
        client.send(HttpMessages.get("/next"));
        server.expect(HttpMessages.get("/next"));
        expectTheWholeAnswer(sent);
    }

    @Test
    void shouldDeliverTheAnswerToAClientThatSendsMoreAfterTheTargetsEnd() throws Exception {
        client.send(LAST_REQUEST);
        server.expect(LAST_REQUEST);
        Future<byte[]> received = fixture.beside(() -> {
            byte[] most = client.receive(answer.length - 1_000_000); // the rest is in the kernel's hands
            BalancerFixture.await("the target is done", () -> balancer.stats().target("a").orElseThrow().active() == 0);
            client.send(HttpMessages.get("/next"));
            client.send(HttpMessages.get("/and another"));
            byte[] rest = client.receiveAll();
            byte[] all = new byte[most.length + rest.length];
            System.arraycopy(most, 0, all, 0, most.length);
            System.arraycopy(rest, 0, all, most.length, rest.length);
            return all;
        });
        server.send(answer);
        server.close();

        assertArrayEquals(answer, BalancerFixture.get(received));
        client.close();
        ended();
    }

    @Test
    void shouldDeliverTheAnswerOfATargetThatTakesNoMore() throws Exception {
        client.send(HttpMessages.get("/"));
        server.expect(HttpMessages.get("/"));
        String head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        Future<?> sent = fixture.beside(() -> {
            server.send(head).send(answer);
            server.close();
            return null;
        });
        client.expect(head);
        client.receive(answer.length - 1_000_000); // the rest is in the kernel's hands
        BalancerFixture.get(sent);
        BalancerFixture.await("the balancer has read all",
                () -> balancer.stats().bytesToClients() == head.length() + answer.length);
        BooleanSupplier targetIsGone = () -> balancer.stats().target("a").orElseThrow().active() == 0;
        for (int i = 0; i < 20 && !targetIsGone.getAsBoolean(); i++) {
            long before = balancer.stats().bytesToTargets();
            client.send("more");
            BalancerFixture.await("it is read",
                    () -> balancer.stats().bytesToTargets() > before || targetIsGone.getAsBoolean());
        }
        assertTrue(targetIsGone.getAsBoolean());

        assertEquals(1_000_000, client.receiveAll().length);
        client.close();
        ended();
    }

    @Test
    void shouldNotHoldAClientForLongThatDoesNotEnd() throws Exception {
        client.send(LAST_REQUEST);
        server.expect(LAST_REQUEST);
        Future<?> sent = fixture.beside(() -> server.send(answer).sendEnd());

        assertArrayEquals(answer, client.receiveAll());
        BalancerFixture.get(sent);
        assertEquals(0, balancer.stats().target("a").orElseThrow().active());
        ended(); // though the client has not closed
    }

    @Test
    void shouldNotTakeWhatAClientSendsWithoutAnEnd() throws Exception {
        client.send(LAST_REQUEST);
        server.expect(LAST_REQUEST);
        Future<?> sent = fixture.beside(() -> server.send(answer).sendEnd());
        assertArrayEquals(answer, client.receiveAll());
        BalancerFixture.get(sent);
        Future<?> flood = fixture.beside(() -> {
            while (true) {
                client.send(answer);
            }
        });

        BalancerFixture.failure(flood);
        ended();
    }

    /** The target closes once its answer is sent; the client receives all of it. */
    private void expectTheWholeAnswer(Future<?> sent) throws Exception {
        Future<?> closed = fixture.beside(() -> {
            BalancerFixture.get(sent);
            server.close();
            return null;
        });

        assertArrayEquals(answer, client.receiveAll());
        BalancerFixture.get(closed);
        client.close();
        ended();
    }

    private void ended() {
        BalancerFixture.await("the connection has ended", () -> balancer.stats().active() == 0);
    }
}
