package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IdleTimeoutTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();

    @Test
    void shouldCutASilentConnection() throws Exception {
        Balancer balancer = balancer(Duration.ofMillis(200));
        Peer client = fixture.connect(balancer).send("opaque");
        Peer server = a.next();
        server.expect("opaque");
        client.expectReset();
        server.expectReset();
        assertEquals(1, balancer.stats().cut());
        assertEquals(1, balancer.stats().target("a").orElseThrow().cut());
        assertEquals(0, balancer.stats().active());
    }

    /** A tidy end would look like an answer without a body, or like a server that is merely done. */
    @Test
    void shouldResetAClientThatIsOwedAnAnswer() throws Exception {
        Balancer balancer = balancer(Duration.ofMillis(200));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer server = a.next();
        server.expect(HttpMessages.get("/"));
        client.expectReset();
        server.expectReset();
        assertEquals(1, balancer.stats().cut());
    }

    @Test
    void shouldEndAnIdleKeepAliveConnectionTidily() throws Exception {
        Balancer balancer = balancer(Duration.ofSeconds(1));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer server = a.next();
        server.expect(HttpMessages.get("/"));
        server.send(HttpMessages.ok("a"));
        assertEquals("a", client.answer(false));
        client.expectEnd();
        server.expectEnd();
        assertEquals(1, balancer.stats().cut());
    }

    /** Well apart from the timeout, so that a busy machine does not make it late. */
    @Test
    void shouldLeaveABusyConnectionAlone() throws Exception {
        Balancer balancer = balancer(Duration.ofSeconds(2));
        Peer idle = fixture.connect(balancer).send("idle");
        a.next().expect("idle");
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        for (int i = 0; balancer.stats().cut() == 0; i++) {
            (i % 2 == 0 ? client : server).send("tick");
            (i % 2 == 0 ? server : client).expect("tick");
        }
        idle.expectReset();
        client.send("still here");
        server.expect("still here");
        assertEquals(1, balancer.stats().cut());
    }

    @Test
    void shouldCutAStalledConnection() throws Exception {
        Balancer balancer = balancer(Duration.ofMillis(400));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        var sender = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                server.send(block);
            }
        });
        BalancerFixture.failure(sender);
        assertEquals(1, balancer.stats().cut());
        client.close();
    }

    private Balancer balancer(Duration timeout) {
        return fixture.balancer(b -> b.idleTimeout(timeout).targets(List.of(a.as("a"))));
    }
}
