package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that is owed nothing outlives its target, for a moment in which another may take it. */
class TargetLostStageTest {

    /** How a target's connection ends. */
    enum Death {
        END, RESET;

        void of(Peer server) throws IOException {
            if (this == END) {
                server.close();
            } else {
                server.reset();
            }
        }

        void seenBy(Peer client) throws IOException {
            if (this == END) {
                client.expectEnd();
            } else {
                client.expectReset();
            }
        }
    }

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final long GRACE = 500_000_000;
    private static final String GET = HttpMessages.get("/");

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();
    private final ScriptedTarget b = fixture.manual();
    private Balancer balancer;
    private Peer client;
    private Peer server;

    @ParameterizedTest
    @EnumSource
    void shouldParkAnIdleClientWhenItsDeadTargetIsWithdrawn(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        death.of(server);
        orphaned();
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("c").as("c"))));
        assertEquals(1, balancer.stats().moved());
        outlastGrace();
        assertEquals("c", client.ask(GET));
        assertEquals("c", client.ask(GET));
        BalancerStats stats = balancer.stats();
        assertEquals(List.of(1L, 1L, 0L), List.of(stats.accepted(), stats.moved(), stats.cut()));
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeTheNextRequestByAnotherTargetWithinTheGrace(Death death) throws Exception {
        connectToTheFirstOf(a.as("a"), fixture.http("c").as("c"));
        exchange();
        a.stopListening();
        death.of(server);
        orphaned();
        assertEquals("c", client.ask(GET));
        outlastGrace();
        assertEquals("c:body", client.ask(HttpMessages.post("/", "body")));
        assertEquals(1, balancer.stats().moved());
        assertEquals(1, balancer.stats().target("a").orElseThrow().moved());
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeTheFirstBytesByAnotherTargetWithinTheGrace(Death death) throws Exception {
        connectToTheFirstOf(a.as("a"), b.as("b"));
        a.stopListening();
        death.of(server);
        orphaned();
        client.send("hello");
        Peer next = b.next();
        next.expect("hello");
        next.send("hello yourself");
        client.expect("hello yourself");
        assertEquals(1, balancer.stats().moved());
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeTheFirstBytesByAnotherTargetThoughTheFirstOneListens(Death death) throws Exception {
        connectToTheFirstOf(a.as("a"), b.as("b"));
        death.of(server);
        orphaned();
        client.send("hello");
        b.next().expect("hello");
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeTheFirstBytesByTheSameTargetWhenThereIsNoOther(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        death.of(server);
        orphaned();
        client.send("hello");
        a.next().expect("hello");
    }

    @ParameterizedTest
    @EnumSource
    void shouldBringTheGreetingOfAnotherTargetWhenTheDeadOneIsWithdrawn(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        death.of(server);
        orphaned();
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        Peer next = b.next();
        next.send("220 b\r\n");
        client.expect("220 b\r\n");
        outlastGrace();
        client.send("HELO\r\n");
        next.expect("HELO\r\n");
        assertEquals(1, balancer.stats().moved());
    }

    @ParameterizedTest
    @EnumSource
    void shouldBringTheGreetingOfAnotherTargetWhenTheDeadOneWasWithdrawnBefore(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        death.of(server);
        assertEquals(0, BalancerFixture.get(drained));
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        balancer.updateTargets(List.of(b.as("b")));
        b.next().send("220 b\r\n");
        client.expect("220 b\r\n");
        assertEquals(1, balancer.stats().moved());
    }

    @ParameterizedTest
    @EnumSource
    void shouldIntroduceTheClientToTheNextTarget(Death death) throws Exception {
        connect(o -> o.proxyProtocol(ProxyProtocol.V1).targets(List.of(a.as("a"))));
        String header = "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.socket.getLocalPort() + " " + client.socket.getPort()
                + "\r\n";
        server.expect(header);
        exchange();
        death.of(server);
        orphaned();
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        client.send(GET);
        b.next().expect(header + GET);
    }

    @ParameterizedTest
    @EnumSource
    void shouldPassOnTheEndToAnIdleClientAfterTheGrace(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        endsLate(death);
    }

    @ParameterizedTest
    @EnumSource
    void shouldPassOnTheEndToAnUntouchedClientAfterTheGrace(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        endsLate(death);
    }

    private void endsLate(Death death) throws Exception {
        long died = System.nanoTime();
        death.of(server);
        death.seenBy(client);
        assertTrue(System.nanoTime() - died >= GRACE, "it had time");
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
        BalancerStats stats = balancer.stats();
        assertEquals(List.of(0L, 0L, 0L), List.of(stats.moved(), stats.cut(), stats.rejected()));
    }

    /** What came first counts: the bytes that wait in the kernel when the target ends are not for it. */
    @ParameterizedTest
    @EnumSource
    void shouldNotLoseARequestThatComesInTheSameTurn(Death death) throws Exception {
        AtomicBoolean hold = new AtomicBoolean();
        CompletableFuture<Void> held = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        connect(o -> o.targets(List.of(a.as("a"), fixture.http("c").as("c"))).strategy((ready, from) -> {
            if (hold.get()) {
                held.complete(null);
                goOn.join();
            }
            return ready.get(0);
        }));
        exchange();
        a.stopListening();
        hold.set(true);
        fixture.connect(balancer);
        BalancerFixture.get(held);
        death.of(server);
        client.send(GET);
        hold.set(false);
        goOn.complete(null);
        assertEquals("c", client.answer(false));
    }

    /** A half-closed target still listens: that it hears more shows that its end was passed on and nothing else. */
    @Test
    void shouldPassOnTheEndAtOnceWhenMovingIsSwitchedOff() throws Exception {
        connect(o -> o.moveKeepAlive(false).targets(List.of(a.as("a"))));
        endsAsBefore();
    }

    @Test
    void shouldPassOnTheEndToAnIdleClientAtOnceWhenMovingIsSwitchedOff() throws Exception {
        connect(o -> o.moveKeepAlive(false).targets(List.of(a.as("a"))));
        exchange();
        endsAsBefore();
    }

    @Test
    void shouldPassOnTheEndAtOnceToAClientThatIsOwedAnAnswer() throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        client.send(GET);
        server.expect(GET);
        endsAsBefore();
    }

    private void endsAsBefore() throws Exception {
        server.sendEnd();
        client.expectEnd();
        client.send("more").sendEnd();
        server.expect("more");
        server.expectEnd();
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
        assertEquals(0, balancer.stats().moved());
    }

    /** Tidily, though the target's end was a reset: so it is the client's end that counts. */
    @Test
    void shouldLetTheClientGo() throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        server.reset();
        orphaned();
        client.sendEnd();
        client.expectEnd();
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
        assertEquals(0, balancer.stats().moved());
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndWithTheBalancer(Death death) throws Exception {
        connect(o -> o.name("orphans").targets(List.of(a.as("a"))));
        exchange();
        death.of(server);
        orphaned();
        balancer.close();
        client.expectEnd();
        assertEquals(List.of(0L, 0L), List.of(balancer.stats().active(), balancer.stats().moved()));
        BalancerFixture.await("the thread has ended", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("orphans")));
    }

    @Test
    void shouldEndAtOnceWhenTheBalancerStops() throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        server.reset();
        orphaned();
        BalancerFixture.get(balancer.shutdown(LONG));
        client.expectEnd();
        assertEquals(0, balancer.stats().cut());
    }

    private void connectToTheFirstOf(Target... targets) throws Exception {
        connect(o -> o.targets(List.of(targets)).strategy((ready, from) -> ready.get(0)));
    }

    private void connect(UnaryOperator<BalancerBuilder> options) throws Exception {
        balancer = fixture.balancer(options);
        client = fixture.connect(balancer);
        server = a.next();
        BalancerFixture.await("the balancer knows", () -> balancer.stats().target("a").orElseThrow().accepted() == 1);
    }

    private void exchange() throws IOException {
        client.send(GET);
        server.expect(GET);
        server.send(HttpMessages.ok("a"));
        client.expect(HttpMessages.ok("a"));
    }

    /** The dead target is left at once, the client is not. */
    private void orphaned() {
        BalancerFixture.await("the client is alone", () -> {
            BalancerStats stats = balancer.stats();
            return stats.active() == 1 && stats.target("a").orElseThrow().active() == 0;
        });
        assertEquals(0, balancer.stats().moved(), "not before it is with another");
    }

    /** Until another, orphaned later, has been closed. */
    private void outlastGrace() throws Exception {
        ScriptedTarget last = fixture.manual();
        Peer other = fixture.connect(fixture.balancer(last.as("last")));
        last.next().close();
        other.expectEnd();
    }
}
