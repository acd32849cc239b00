package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A request with {@code Connection: close}: its client is not listened to at first, and is let go with the target's
 * end.
 */
class ConnectionCloseTest {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final byte[] BIG = new byte[12_000_000];

    static {
        new Random(1).nextBytes(BIG);
    }

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private Balancer balancer;
    private Peer client;
    private Peer server;

    @BeforeEach
    void ask() throws Exception {
        ScriptedTarget target = fixture.manual();
        balancer = fixture.balancer(target.as("a"));
        client = fixture.connect(balancer).send(REQUEST);
        server = target.next();
        server.expect(REQUEST);
    }

    @Test
    void shouldLetTheClientGoWithTheTargetsEnd() throws Exception {
        server.send("HTTP/1.1 200 OK\r\n\r\nanswer").sendEnd();

        client.expect("HTTP/1.1 200 OK\r\n\r\nanswer");
        client.expectEnd();
        ended(); // though the client has not closed
    }

    @Test
    void shouldDeliverTheWholeAnswerToASlowReader() throws Exception {
        Future<?> answer = fixture.beside(() -> server.send(BIG).sendEnd());
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToClients());

        assertArrayEquals(BIG, client.receiveAll());
        BalancerFixture.get(answer);
        ended();
    }

    @Test
    void shouldNoticeAClientThatLeavesWithoutItsAnswer() throws Exception {
        client.reset();

        server.expectReset();
        ended();
    }

    @Test
    void shouldPassOnTheEndOfAClientThatStillWaits() throws Exception {
        client.sendEnd();

        server.expectEnd();
        server.send("late").sendEnd();
        client.expect("late");
        client.expectEnd();
        ended();
    }

    @Test
    void shouldPassOnWhatTheClientSendsAgainstItsWord() throws Exception {
        client.send("more");
        server.expect("more");

        server.send("answer").sendEnd();

        client.expect("answer");
        client.expectEnd();
        client.send("and more");
        server.expect("and more");
    }

    private void ended() {
        BalancerFixture.await("the connection is gone", () -> balancer.stats().active() == 0);
    }
}
