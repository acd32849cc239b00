package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that is owed nothing outlives its target, for a moment in which another may take it. */
class TargetLostStageTest extends TargetLostTestBase {

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
}
