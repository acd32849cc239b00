package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldHideRefusedConnectsFromClients(int loops) throws Exception {
        List<Target> targets = List.of(fixture.dead().as("dead"), fixture.http("a").as("a"),
                fixture.dead().as("dead too"));
        Balancer balancer = fixture.balancer(b -> b.loops(loops).ejectAfter(0).targets(targets));
        for (int i = 0; i < 30; i++) {
            assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        BalancerStats stats = balancer.stats();
        assertTrue(stats.connectFailures() >= 10, stats.toString());
        assertEquals(stats.connectFailures(), stats.retries(), "each failure is one retry while a target is left");
        assertEquals(stats.connectFailures(), stats.target("dead").orElseThrow().connectFailures()
                + stats.target("dead too").orElseThrow().connectFailures());
        assertEquals(0, stats.target("dead").orElseThrow().accepted());
        assertEquals(0, stats.target("dead").orElseThrow().active());
        assertEquals(30, stats.target("a").orElseThrow().accepted());
        assertEquals(0, stats.rejected());
    }

    @Test
    void shouldHideABlackHoleFromClients() throws Exception {
        List<Target> targets = List.of(fixture.blackHole().as("hole"), fixture.http("a").as("a"));
        Balancer balancer = fixture.balancer(
                b -> b.connectTimeout(Duration.ofMillis(100)).ejectAfter(0).targets(targets));
        for (int i = 0; i < 4; i++) {
            assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        BalancerStats stats = balancer.stats();
        assertTrue(stats.target("hole").orElseThrow().connectFailures() >= 1, stats.toString());
        assertEquals(0, stats.target("hole").orElseThrow().active());
        assertEquals(4, stats.target("a").orElseThrow().accepted());
    }

    @Test
    void shouldLetOthersPassWhileOneWaitsForABlackHole() throws Exception {
        Target hole = fixture.blackHole().as("hole");
        Target good = fixture.http("a").as("a");
        Balancer balancer = fixture.balancer(b -> b.connectTimeout(Duration.ofMinutes(1)).targets(List.of(hole, good))
                .strategy((ready, client) -> ready.get(ready.get(0).active() == 0 ? 0 : 1)));
        Peer stuck = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("one is stuck", () -> balancer.stats().target("hole").orElseThrow().active() == 1);
        assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
        stuck.close();
    }

    @Test
    void shouldCountAConnectionFromThePickOn() throws Exception {
        Target hole = fixture.blackHole().as("hole");
        Balancer balancer = fixture.balancer(b -> b.connectTimeout(Duration.ofMinutes(1)).targets(List.of(hole)));
        fixture.connect(balancer);
        BalancerFixture.await("the pick is counted", () -> balancer.stats().target("hole").orElseThrow().active() == 1);
        assertEquals(0, balancer.stats().target("hole").orElseThrow().accepted(), "it never got there");
    }

    @Test
    void shouldServeTheFirstBytesThatWereSentMeanwhile() throws Exception {
        HeldPort dead = fixture.dead();
        ScriptedTarget target = fixture.manual();
        Balancer balancer = fixture.balancer(b -> b.targets(List.of(dead.as("dead"), target.as("a")))
                .strategy((ready, client) -> ready.get(0)));
        Peer client = fixture.connect(balancer).send("first").sendEnd();
        Peer server = target.next();
        server.expect("first");
        server.expectEnd();
        server.send("answer").sendEnd();
        client.expect("answer");
        client.expectEnd();
    }
}
