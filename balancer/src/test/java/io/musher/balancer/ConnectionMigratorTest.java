package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keep-alive connections leave a withdrawn target between two requests. */
class ConnectionMigratorTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    static List<String> exchanges() {
        return List.of(HttpMessages.get("/"), HttpMessages.get("/chunked"), HttpMessages.head("/"),
                HttpMessages.post("/", "x".repeat(200_000)),
                HttpMessages.postChunked("/", "GET / HTTP/1.1\r\n\r\n"), HttpMessages.postChunked("/chunked", "abc"),
                HttpMessages.get("/" + "long".repeat(2000)));
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void shouldServeTheNextRequestByAnotherTarget(String request) throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        Peer client = fixture.connect(balancer);
        for (int i = 0; i < 3; i++) {
            assertEquals("a", client.ask(request).substring(0, 1));
        }
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));
        assertEquals(0, BalancerFixture.get(balancer.drain("a", LONG)));
        assertEquals("b", client.ask(request).substring(0, 1));
        assertEquals("b", client.ask(HttpMessages.get("/")));
        BalancerStats stats = balancer.stats();
        assertEquals(1, stats.moved());
        assertEquals(0, stats.cut());
        assertEquals(1, stats.accepted());
        assertEquals(1, stats.target("b").orElseThrow().active());
    }

    @Test
    void shouldEndTheConnectionOfTheWithdrawnTargetAtOnce() throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer server = a.next();
        server.expect(HttpMessages.get("/"));
        server.send(HttpMessages.ok("a"));
        assertEquals("a", client.answer(false));
        balancer.updateTargets(List.of());
        server.expectEnd();
        assertEquals(0, BalancerFixture.get(balancer.drain("a", LONG)));
        assertEquals(1, balancer.stats().active(), "the client's connection stays");
    }

    @Test
    void shouldMoveOnlyAfterTheResponsesEnd() throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer server = a.next();
        server.expect(HttpMessages.get("/"));
        server.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
        client.expect("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        server.send("5678");
        client.expect("5678");
        assertFalse(drained.isDone(), "one byte is still to come");
        server.send("9");
        client.expect("9");
        assertEquals(0, BalancerFixture.get(drained));
        server.expectEnd();
        assertEquals("b", client.ask(HttpMessages.get("/")));
    }

    @Test
    void shouldMoveOnlyAfterTheLastChunk() throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer server = a.next();
        server.expect(HttpMessages.get("/"));
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;x=y\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n";
        for (int i = 0; i < answer.length(); i++) {
            assertFalse(drained.isDone(), "moved before byte " + i);
            server.send(answer.substring(i, i + 1));
            client.expect(answer.substring(i, i + 1));
        }
        assertEquals(0, BalancerFixture.get(drained));
        assertEquals("b", client.ask(HttpMessages.get("/")));
    }

    @Test
    void shouldMoveAfterABodyThatWasAskedForWith100Continue() throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        String head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 36\r\n\r\n";
        String body = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        Peer client = fixture.connect(balancer).send(head);
        Peer server = a.next();
        server.expect(head);
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        server.send("HTTP/1.1 100 Continue\r\n\r\n");
        client.expect("HTTP/1.1 100 Continue\r\n\r\n");
        client.send(body.substring(0, 18));
        server.expect(body.substring(0, 18));
        client.send(body.substring(18));
        server.expect(body.substring(18));
        assertFalse(drained.isDone());
        server.send(HttpMessages.ok("a"));
        assertEquals("a", client.answer(false));
        assertEquals(0, BalancerFixture.get(drained));
        assertEquals("b", client.ask(HttpMessages.get("/")));
    }

    @Test
    void shouldMoveAConnectionWithoutAByte() throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));
        assertEquals(0, BalancerFixture.get(balancer.drain("a", LONG)));
        server.expectEnd();
        assertEquals("b", client.ask(HttpMessages.get("/")));
    }

    @Test
    void shouldMoveAConnectionWithoutAByteAsSoonAsThereIsATargetAgain() throws Exception {
        ScriptedTarget a = fixture.manual();
        ScriptedTarget b = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        BalancerFixture.await("it is connected", () -> balancer.stats().target("a").orElseThrow().accepted() == 1);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        server.expectEnd();
        assertEquals(0, BalancerFixture.get(drained));
        b.next().send("220 b\r\n");
        client.expect("220 b\r\n");
        assertEquals(1, balancer.stats().moved());
    }

    @Test
    void shouldMoveAConnectionWithoutAByteAfterTheClientsThatWait() throws Exception {
        ScriptedTarget a = fixture.manual();
        ScriptedTarget b = fixture.manual();
        Balancer balancer = fixture.balancer(a.as("a"));
        fixture.connect(balancer);
        a.next();
        BalancerFixture.await("it is connected", () -> balancer.stats().target("a").orElseThrow().accepted() == 1);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        Peer waiting = fixture.connect(balancer);
        BalancerFixture.await("another one waits", () -> balancer.stats().waiting() == 1);
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        b.next().send("first");
        waiting.expect("first");
        assertEquals(0, BalancerFixture.get(balancer.drain("a", LONG)));
        assertEquals(1, balancer.stats().moved());
    }

    @Test
    void shouldMoveAConnectionWithoutAByteWhenATargetThatWasDownIsBack() throws Exception {
        ScriptedTarget a = fixture.manual();
        HeldPort port = fixture.dead();
        ProbePolicy policy = new ProbePolicy(Duration.ofMillis(20), Duration.ofSeconds(5), 1, 1);
        Balancer balancer = fixture.balancer(o -> o.targets(List.of(a.as("a"))).probe(policy));
        Peer client = fixture.connect(balancer);
        a.next();
        BalancerFixture.get(balancer.updateTargets(List.of(a.as("a"), port.as("b"))));
        BalancerFixture.await("b is down",
                () -> balancer.stats().target("b").orElseThrow().state() == BalancerStats.TargetState.DOWN);
        BalancerFixture.get(balancer.updateTargets(List.of(port.as("b"))));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        fixture.add(ScriptedTarget.running(port, new HttpTarget("b")));
        assertEquals(0, BalancerFixture.get(drained));
        assertEquals("b", client.ask(HttpMessages.get("/")));
    }

    @Test
    void shouldKeepAClientUntilThereIsATargetAgain() throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        Peer client = fixture.connect(balancer);
        assertEquals("a", client.ask(HttpMessages.get("/")));
        BalancerFixture.get(balancer.updateTargets(List.of()));
        assertEquals(0, BalancerFixture.get(balancer.drain("a", LONG)));
        client.send(HttpMessages.post("/", "body"));
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        balancer.updateTargets(List.of(fixture.http("b").as("b")));
        assertEquals("b:body", client.answer(false));
    }

    @Test
    void shouldForgetAParkedClientThatLeaves() throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        for (int i = 0; i < 4; i++) {
            assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        Peer client = fixture.connect(balancer);
        assertEquals("a", client.ask(HttpMessages.get("/")));
        Peer rude = fixture.connect(balancer);
        assertEquals("a", rude.ask(HttpMessages.get("/")));
        BalancerFixture.get(balancer.updateTargets(List.of()));
        BalancerFixture.await("all are parked", () -> balancer.stats().moved() == 6);
        client.close();
        rude.reset();
        BalancerFixture.await("they are gone", () -> balancer.stats().active() == 4);
    }

    @Test
    void shouldMoveManyTimes() throws Exception {
        Target a = fixture.http("a").as("a");
        Target b = fixture.http("b").as("b");
        Balancer balancer = fixture.balancer(a);
        Peer client = fixture.connect(balancer);
        for (int i = 0; i < 100; i++) {
            assertEquals("a", client.ask(HttpMessages.get("/")));
            BalancerFixture.get(balancer.updateTargets(List.of(b)));
            assertEquals("b", client.ask(HttpMessages.get("/chunked")));
            BalancerFixture.get(balancer.updateTargets(List.of(a)));
        }
        assertEquals(200, balancer.stats().moved());
    }

    @Test
    void shouldTakeTheNextTargetWhenTheFirstOneIsDead() throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        Peer client = fixture.connect(balancer);
        assertEquals("a", client.ask(HttpMessages.get("/")));
        BalancerFixture.get(balancer
                .updateTargets(
                        List.of(fixture.dead().as("dead"), fixture.http("b").as("b"), fixture.dead().as("dead too"))));
        assertEquals("b:body", client.ask(HttpMessages.post("/", "body")));
    }

    @Test
    void shouldServeAClientWhoseAnswerCameBeforeItsRequestWasDelivered() throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = fixture.balancer(o -> o.bufferSize(16 << 20).targets(List.of(a.as("a"))));
        String request = HttpMessages.post("/", "x".repeat(20_000_000));
        Peer client = fixture.connect(balancer);
        Future<Peer> upload = fixture.beside(() -> client.send(request));
        Peer server = a.next();
        int taken = 0;
        while (balancer.stats().bytesToTargets() < request.length()) {
            taken += server.receive(10_000).length; // the balancer is faster: in the end it still holds some
        }
        BalancerFixture.get(upload);
        server.send(HttpMessages.ok("early"));
        assertEquals("early", client.answer(false));
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));
        server.receive(request.length() - taken);
        server.expectEnd();
        assertEquals("b", client.ask(HttpMessages.get("/")));
    }
}
