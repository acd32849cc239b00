package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not certain to be between two requests stays with its withdrawn target, to its end or the deadline. */
class NotMigratedTest {

    /** What both sides have said when the target is withdrawn. */
    record Talk(String name, String client, String target) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String GET = HttpMessages.get("/");
    private static final String TWO_REQUESTS = GET + GET;
    private static final String UPGRADE = "GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();
    private final ScriptedTarget b = fixture.manual();

    static Stream<Talk> talks() {
        return Stream.of(
                new Talk("TLS", "\26\3\1\2\0\1\0\1\374\3\3", "\26\3\3\0\100\2"),
                new Talk("a line of another protocol", "EHLO client\r\n", "250 hello\r\n"),
                new Talk("the server spoke first", "", "220 ready\r\n"),
                new Talk("the server spoke first, then HTTP", GET, "220 ready\r\n" + HttpMessages.ok("a")),
                new Talk("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0\0\0\4\0\0\0\0\0"),
                new Talk("HTTP/1.0", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na"),
                new Talk("an HTTP/1.0 answer", GET, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"),
                new Talk("WebSocket", UPGRADE, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
                new Talk("WebSocket in use", UPGRADE + "\201\005hello",
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\201\005hello"),
                new Talk("an upgrade not answered yet", UPGRADE, ""),
                new Talk("CONNECT", "CONNECT host:443 HTTP/1.1\r\nHost: host\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
                new Talk("the client wants to close", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
                        HttpMessages.ok("a")),
                new Talk("the target wants to close", GET,
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"),
                new Talk("a login by NTLM is asked for", GET,
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"),
                new Talk("a login of the connection", "GET / HTTP/1.1\r\nAuthorization: Negotiate YII=\r\n\r\n",
                        HttpMessages.ok("a")),
                new Talk("an answer without a length", GET, "HTTP/1.1 200 OK\r\n\r\nall that comes"),
                new Talk("server-sent events", GET,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"),
                new Talk("events in chunks", GET,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"),
                new Talk("half an answer", GET, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"),
                new Talk("the head of an answer", GET, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"),
                new Talk("no answer yet", GET, ""),
                new Talk("a provisional answer", GET, "HTTP/1.1 103 Early Hints\r\n\r\n"),
                new Talk("half a head", "GET / HTTP/1.1\r\nHos", ""),
                new Talk("half a second head", GET + "GET / HT", HttpMessages.ok("a")),
                new Talk("half a body", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1234", ""),
                new Talk("half a body that is answered", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1234",
                        HttpMessages.ok("a")),
                new Talk("an unfinished chunked body", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + HttpMessages.chunk(TWO_REQUESTS), ""),
                new Talk("both kinds of length",
                        "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + HttpMessages.chunk(""),
                        HttpMessages.ok("a")),
                new Talk("pipelining, nothing answered", TWO_REQUESTS, ""),
                new Talk("pipelining, one answered", TWO_REQUESTS, HttpMessages.ok("a")),
                new Talk("pipelining, both answered", TWO_REQUESTS, HttpMessages.ok("a") + HttpMessages.ok("a")),
                new Talk("an answer too many", GET, HttpMessages.ok("a") + HttpMessages.ok("a")),
                new Talk("100-continue, not answered", expect(40), ""),
                new Talk("100-continue, granted", expect(40), "HTTP/1.1 100 Continue\r\n\r\n"),
                new Talk("100-continue, a body like requests", expect(TWO_REQUESTS.length() + 1) + TWO_REQUESTS,
                        "HTTP/1.1 100 Continue\r\n\r\n"));
    }

    private static String expect(int length) {
        return "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @ParameterizedTest
    @MethodSource("talks")
    void shouldStayUntilTheDeadline(Talk talk) throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        converse(talk, client, server);
        stays(balancer, client, server);
    }

    @Test
    void shouldStayWhenMovingIsSwitchedOff() throws Exception {
        Balancer balancer = fixture.balancer(o -> o.moveKeepAlive(false).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        converse(new Talk("keep-alive", GET, HttpMessages.ok("a")), client, server);
        stays(balancer, client, server);
    }

    @Test
    void shouldStayWithoutAByteWhenMovingIsSwitchedOff() throws Exception {
        Balancer balancer = fixture.balancer(o -> o.moveKeepAlive(false).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer);
        stays(balancer, client, a.next());
    }

    @Test
    void shouldNotTakeTheNextRequestForTheBodyThatWasRefused() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        converse(new Talk("refused", expect(GET.length()),
                "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"), client, server);
        converse(new Talk("as long as the body", GET, ""), client, server);
        stays(balancer, client, server);
    }

    @Test
    void shouldStayWhenTheClientSaysNoMore() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        converse(new Talk("one request", GET, HttpMessages.ok("a")), client, server);
        client.sendEnd();
        server.expectEnd();
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        server.send("one thing more").sendEnd();
        client.expect("one thing more");
        client.expectEnd();
    }

    @Test
    void shouldStayWhenTheTargetSaysNoMore() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        converse(new Talk("half an answer", GET, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"), client, server);
        server.sendEnd();
        client.expectEnd();
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        client.send("one thing more").sendEnd();
        server.expect("one thing more");
        server.expectEnd();
        assertEquals(0, b.accepted());
    }

    @Test
    void shouldDeliverAllAnswersOfAPipelineBeforeTheClientGoes() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer).send(TWO_REQUESTS);
        Peer server = a.next();
        server.expect(TWO_REQUESTS);
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        CompletableFuture<Integer> drained = balancer.drain("a", Duration.ofMinutes(5));
        server.send(HttpMessages.ok("one"));
        assertEquals("one", client.answer(false));
        server.send(HttpMessages.ok("two"));
        assertEquals("two", client.answer(false));
        client.sendEnd();
        server.expectEnd();
        assertFalse(drained.isDone());
        server.close();
        assertEquals(0, BalancerFixture.get(drained));
        client.expectEnd();
    }

    private static void converse(Talk talk, Peer client, Peer server) throws Exception {
        client.send(talk.client);
        server.expect(talk.client);
        server.send(talk.target);
        client.expect(talk.target);
    }

    private void stays(Balancer balancer, Peer client, Peer server) throws Exception {
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        server.send("on it goes");
        client.expect("on it goes");
        client.send("and on");
        server.expect("and on");
        assertEquals(1, BalancerFixture.get(balancer.drain("a", Duration.ZERO)));
        client.expectReset();
        server.expectReset();
        assertEquals(1, balancer.stats().cut());
        assertEquals(0, balancer.stats().moved());
        assertEquals(0, b.accepted());
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
    }
}
