package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionLimitsTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldHoldClientsBeyondTheTotal(int loops) throws Exception {
        List<Target> targets = List.of(fixture.http("x").as("a"), fixture.http("x").as("b"));
        Balancer balancer = fixture.balancer(b -> b.loops(loops).maxConnections(3).targets(targets));
        surplusWaits(balancer, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldHoldClientsBeyondTheTargetsShare(int loops) throws Exception {
        List<Target> targets = List.of(fixture.http("x").as("a"), fixture.http("x").as("b"));
        Balancer balancer = fixture.balancer(b -> b.loops(loops).maxConnectionsPerTarget(2).targets(targets));
        surplusWaits(balancer, 4);
        assertTrue(balancer.stats().targets().stream().allMatch(t -> t.active() <= 2), balancer.stats().toString());
    }

    private void surplusWaits(Balancer balancer, int places) throws Exception {
        List<Peer> served = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            served.add(fixture.connect(balancer));
            assertEquals("x", served.get(i).ask(HttpMessages.get("/")));
        }
        List<Future<String>> surplus = new ArrayList<>();
        for (int i = 1; i <= places; i++) {
            Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
            surplus.add(fixture.beside(() -> client.answer(false)));
            int waiting = i;
            BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == waiting);
        }
        for (int i = 0; i < places; i++) {
            assertEquals(places - i, surplus.stream().filter(each -> !each.isDone()).count(), "served without a place");
            served.get(i).close();
            int left = places - i - 1;
            BalancerFixture.await("one more is served",
                    () -> surplus.stream().filter(each -> !each.isDone()).count() == left);
        }
        for (Future<String> answer : surplus) {
            assertEquals("x", BalancerFixture.get(answer));
        }
        BalancerStats stats = balancer.stats();
        assertEquals(places, stats.active());
        assertEquals(0, stats.rejected() + stats.connectFailures() + stats.waiting(), stats.toString());
    }

    @Test
    void shouldNotCountFailedConnectsAsConnections() throws Exception {
        List<Target> targets = List.of(fixture.dead().as("dead"), fixture.http("x").as("a"));
        Balancer balancer = fixture
                .balancer(b -> b.maxConnections(1).maxConnectionsPerTarget(1).ejectAfter(0).targets(targets));
        for (int i = 0; i < 20; i++) {
            try (Peer client = Peer.connect(balancer.address())) {
                assertEquals("x", client.ask(HttpMessages.get("/")));
            }
        }
        BalancerFixture.await("all have ended", () -> balancer.stats().active() == 0);
        assertTrue(balancer.stats().targets().stream().allMatch(t -> t.active() == 0));
    }

    @Test
    void shouldUseTheOtherTargetWhenOneIsFull() throws Exception {
        List<Target> targets = List.of(fixture.http("a").as("a"), fixture.http("b").as("b"));
        Balancer balancer = fixture.balancer(b -> b.maxConnectionsPerTarget(1).targets(targets)
                .strategy((ready, client) -> ready.get(0)));
        assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
        assertEquals("b", fixture.connect(balancer).ask(HttpMessages.get("/")));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldNotSpinWhileClientsWaitForADeadTarget(int loops) throws Exception {
        HeldPort dead = fixture.dead();
        Balancer balancer = fixture
                .balancer(b -> b.loops(loops).maxConnectionsPerTarget(10).targets(List.of(dead.as("a"))));
        List<Peer> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(fixture.connect(balancer).send(HttpMessages.get("/")));
        }
        BalancerFixture.await("all wait", () -> balancer.stats().waiting() == 5);
        long began = System.nanoTime();
        long before = balancer.stats().connectFailures();
        BalancerFixture.await("time passes", () -> System.nanoTime() - began > 400_000_000);
        long tries = balancer.stats().connectFailures() - before;
        assertTrue(tries < 200, tries + " connects to a dead target in 0.4 s");
        fixture.add(ScriptedTarget.running(dead, new HttpTarget("x")));
        for (Peer client : clients) {
            assertEquals("x", client.answer(false));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldServeAllOfACrowd(int loops) throws Exception {
        List<Target> targets = List.of(fixture.http("x").as("a"), fixture.http("x").as("b"));
        Balancer balancer = fixture.balancer(
                b -> b.loops(loops).maxConnections(5).maxConnectionsPerTarget(3).targets(targets));
        List<Future<Void>> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(fixture.beside(() -> {
                for (int k = 0; k < 15; k++) {
                    try (Peer client = Peer.connect(balancer.address())) {
                        assertEquals("x", client.ask(HttpMessages.get("/")));
                    }
                }
                return null;
            }));
        }
        for (Future<Void> client : clients) {
            BalancerFixture.get(client);
        }
        assertEquals(300, balancer.stats().accepted());
        assertEquals(0, balancer.stats().rejected());
    }
}
