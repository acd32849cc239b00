package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stopping in good order. */
class ShutdownTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldLetATransferEnd(int loops) throws Exception {
        byte[] data = new byte[8_000_000];
        new Random(1).nextBytes(data);
        Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer).send("give");
        Peer server = a.next();
        server.expect("give");
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        BalancerFixture.await("it listens no more", () -> refuses(balancer));
        assertFalse(stopped.isDone());
        fixture.beside(() -> server.send(data).sendEnd());
        assertArrayEquals(data, client.receiveAll());
        client.sendEnd();
        server.expectEnd();
        BalancerFixture.get(stopped);
        assertEquals(0, balancer.stats().cut());
    }

    @Test
    void shouldServeAClientWhoseTargetHasNotAnsweredTheConnectYet() throws Exception {
        BlackHole busy = fixture.blackHole();
        Balancer balancer = fixture.balancer(b -> b.connectTimeout(LONG).targets(List.of(busy.as("a"))));
        Peer client = fixture.connect(balancer).send("?");
        BalancerFixture.await("the connect", () -> balancer.stats().target("a").orElseThrow().active() == 1);
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        assertFalse(stopped.isDone());

        try (Socket server = busy.accept()) {
            server.getOutputStream().write('!');
        }
        client.expect("!");
        client.sendEnd();
        BalancerFixture.get(stopped);
    }

    @RepeatedTest(20)
    void shouldServeAllClientsThatItHasAcceptedThoughTheirTargetsAreWithdrawn() throws Exception {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) { // not closed by the balancer
            channel.bind(new InetSocketAddress("127.0.0.1", 0), 1024);
            ScriptedTarget echo = fixture.echo();
            Balancer balancer = Balancer.builder().loops(2).listeningChannel(channel)
                    .targets(List.of(echo.as("a"))).start();
            List<Peer> clients = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                clients.add(fixture.add(Peer.connect((InetSocketAddress) channel.getLocalAddress())).send("hello"));
            }
            CompletableFuture<Void> stopped = balancer.shutdown(LONG); // while they arrive
            BalancerFixture.get(balancer.updateTargets(List.of()));
            try (Balancer successor = Balancer.builder().listeningChannel(channel).targets(List.of(echo.as("a")))
                    .start()) {
                for (Peer client : clients) {
                    client.expect("hello");
                    client.sendEnd();
                }
                BalancerFixture.get(stopped);
                assertEquals(60, balancer.stats().accepted() + successor.stats().accepted());
            }
        }
    }

    @Test
    void shouldEndIdleKeepAliveConnectionsAtOnce() throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        Peer client = fixture.connect(balancer);
        assertEquals("a", client.ask(HttpMessages.get("/")));
        BalancerFixture.get(balancer.shutdown(LONG));
        client.expectEnd();
        assertEquals(0, balancer.stats().cut());
    }

    @Test
    void shouldEndKeepAliveConnectionsAfterTheirAnswer() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer server = a.next();
        server.expect(HttpMessages.get("/"));
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        BalancerFixture.await("it listens no more", () -> refuses(balancer));
        server.send(HttpMessages.ok("answer"));
        assertEquals("answer", client.answer(false));
        client.expectEnd();
        server.expectEnd();
        BalancerFixture.get(stopped);
    }

    @Test
    void shouldEndParkedConnectionsAtOnceAndServeThoseWithoutAByte() throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        Peer parked = fixture.connect(balancer);
        assertEquals("a", parked.ask(HttpMessages.get("/")));
        BalancerFixture.get(balancer.updateTargets(List.of()));
        BalancerFixture.await("it is parked", () -> balancer.stats().moved() == 1);
        BalancerFixture.get(balancer.updateTargets(List.of(a.as("b"))));
        Peer untouched = fixture.connect(balancer);
        Peer server = a.next();
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        parked.expectEnd();
        untouched.send(HttpMessages.get("/"));
        server.expect(HttpMessages.get("/"));
        server.send(HttpMessages.ok("served"));
        assertEquals("served", untouched.answer(false));
        untouched.expectEnd();
        server.expectEnd();
        BalancerFixture.get(stopped);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldEndConnectionsOnWhichNothingMovesAfterAGrace(int loops) throws Exception {
        Balancer balancer = fixture.balancer(b -> b.loops(loops).moveKeepAlive(loops == 1).targets(List.of(a.as("a"))));
        Peer silent = fixture.connect(balancer);
        Peer server = a.next();
        Peer listener = fixture.connect(balancer);
        Peer speaker = a.next().send("welcome");
        listener.expect("welcome");
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        silent.expectEnd();
        server.expectEnd();
        assertFalse(stopped.isDone());
        speaker.send("and more").sendEnd();
        listener.expect("and more");
        listener.expectEnd();
        listener.sendEnd();
        BalancerFixture.get(stopped);
        assertEquals(0, balancer.stats().cut());
    }

    @Test
    void shouldNotWaitForTheHeaderOfASilentProxy() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.trustedProxies("127.0.0.1").targets(List.of(a.as("a"))));
        List<Peer> proxies = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            proxies.add(fixture.connect(balancer));
        }
        BalancerFixture.await("they have come", () -> balancer.stats().active() == 3);
        BalancerFixture.get(balancer.shutdown(LONG));
        for (Peer proxy : proxies) {
            proxy.expectEnd();
        }
        assertEquals(0, a.accepted());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldCutAtTheDeadline(int loops) throws Exception {
        Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer).send("opaque");
        Peer server = a.next();
        server.expect("opaque");
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        client.send("still here");
        server.expect("still here");
        assertFalse(stopped.isDone());
        BalancerFixture.get(balancer.shutdown(Duration.ofMillis(50)));
        BalancerFixture.get(stopped);
        client.expectReset();
        server.expectReset();
        assertEquals(1, balancer.stats().cut());
        assertEquals(0, balancer.stats().active());
    }

    @Test
    void shouldRejectWaitingClients() throws Exception {
        RecordingBalancerListener recorder = new RecordingBalancerListener();
        Balancer balancer = fixture.balancer(b -> b.listener(recorder));
        Peer client = fixture.connect(balancer);
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        BalancerFixture.get(balancer.shutdown(LONG));
        client.expectEnd();
        assertEquals(1, balancer.stats().rejected());
        assertEquals(List.of("rejected 127.0.0.1: the balancer stops"), recorder.lines());
    }

    @Test
    void shouldServeAClientThatIntroducesItselfMeanwhile() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.trustedProxies("127.0.0.1").targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer);
        BalancerFixture.await("it has come", () -> balancer.stats().active() == 1);
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        BalancerFixture.await("it listens no more", () -> refuses(balancer));
        client.send("PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\nhello");
        Peer server = a.next();
        server.expect("hello");
        client.sendEnd();
        server.expectEnd();
        server.close();
        client.expectEnd();
        BalancerFixture.get(stopped);
    }

    @Test
    void shouldCutAClientWhoseConnectHangsAtTheDeadline() throws Exception {
        Target hole = fixture.blackHole().as("hole");
        Balancer balancer = fixture.balancer(b -> b.connectTimeout(LONG).targets(List.of(hole)));
        Peer client = fixture.connect(balancer);
        BalancerFixture.await("it is picked", () -> balancer.stats().target("hole").orElseThrow().active() == 1);
        BalancerFixture.get(balancer.shutdown(Duration.ofMillis(300)));
        client.expectReset();
    }

    @Test
    void shouldEndAtOnceWithoutClients() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.loops(2));
        BalancerFixture.get(balancer.shutdown(LONG));
        assertTrue(refuses(balancer));
        BalancerFixture.get(balancer.shutdown(LONG));
    }

    @Test
    void shouldCutAtOnceWithoutPatience() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer).send("opaque");
        a.next().expect("opaque");
        BalancerFixture.get(balancer.shutdown(Duration.ZERO));
        client.expectReset();
    }

    @Test
    void shouldObserveTheShorterOfTwoDeadlines() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        fixture.connect(balancer).send("opaque");
        a.next().expect("opaque");
        CompletableFuture<Void> patient = balancer.shutdown(LONG);
        BalancerFixture.get(balancer.shutdown(Duration.ofMillis(50)));
        BalancerFixture.get(patient);
    }

    @Test
    void shouldCompleteWhenClosedMeanwhile() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        fixture.connect(balancer).send("opaque");
        a.next().expect("opaque");
        CompletableFuture<Void> stopped = balancer.shutdown(LONG);
        assertFalse(stopped.isDone());
        balancer.close();
        BalancerFixture.get(stopped);
        BalancerFixture.get(balancer.shutdown(LONG));
    }

    @Test
    void shouldNotLetACallerCompleteItForOthers() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        fixture.connect(balancer).send("opaque");
        a.next().expect("opaque");
        balancer.shutdown(LONG).complete(null);
        CompletableFuture<Void> other = balancer.shutdown(LONG);
        assertFalse(other.isDone());
    }

    @Test
    void shouldRefuseNull() {
        Balancer balancer = fixture.balancer();
        assertThrows(NullPointerException.class, () -> balancer.shutdown(null));
    }

    private static boolean refuses(Balancer balancer) throws Exception {
        try (Peer late = Peer.connect(balancer.address())) {
            late.reset(); // it came in between, and must leave no trace
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (SocketException e) {
            return false;
        }
    }
}
