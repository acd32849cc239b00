package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerStats.TargetStats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatsTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @Test
    void shouldBeginWithNothing() {
        Target a = fixture.dead().as("a");
        BalancerStats stats = fixture.balancer(a).stats();
        assertEquals(new BalancerStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, stats.targets()), stats);
        assertEquals(List.of(new TargetStats(a, BalancerStats.TargetState.READY, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "")),
                stats.targets());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldCountConnectionsAndBytes(int loops) throws Exception {
        List<Target> targets = List.of(fixture.echo().as("a"), fixture.echo().as("b"));
        Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(targets));
        for (int i = 1; i <= 20; i++) {
            Peer client = fixture.connect(balancer).send(new byte[1000 * i]);
            client.receive(1000 * i);
            BalancerStats stats = balancer.stats();
            assertEquals(i, stats.accepted());
            assertEquals(i, stats.active());
            assertEquals(500L * i * (i + 1), stats.bytesToTargets());
            assertEquals(500L * i * (i + 1), stats.bytesToClients());
        }
        BalancerStats stats = balancer.stats();
        assertEquals(20, sum(stats, TargetStats::accepted));
        assertEquals(20, sum(stats, TargetStats::active));
        assertEquals(stats.bytesToTargets(), sum(stats, TargetStats::bytesToTarget));
        assertEquals(stats.bytesToClients(), sum(stats, TargetStats::bytesToClients));
        assertTrue(stats.targets().stream().allMatch(t -> t.accepted() == 10 && t.latencyNanos() > 0),
                stats.toString());
    }

    @Test
    void shouldKeepItsCountsAfterConnectionsAndBalancerHaveEnded() throws Exception {
        Balancer balancer = fixture.balancer(fixture.echo().as("a"));
        Peer client = fixture.connect(balancer).send("hello");
        client.expect("hello");
        client.close();
        BalancerFixture.await("it has ended", () -> balancer.stats().active() == 0);
        balancer.close();
        BalancerStats stats = balancer.stats();
        assertEquals(List.of(1L, 5L, 5L), List.of(stats.accepted(), stats.bytesToTargets(), stats.bytesToClients()));
        assertEquals(0, stats.target("a").orElseThrow().active());
    }

    @Test
    void shouldNeverRunBackwardsNorBelowZero() throws Exception {
        List<Target> targets = List.of(fixture.http("x").as("a"), fixture.dead().as("dead"));
        Balancer balancer = fixture.balancer(b -> b.loops(2).ejectAfter(0).targets(targets));
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Void>> watchers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            watchers.add(fixture.beside(() -> {
                for (BalancerStats last = balancer.stats(), next; !over.get(); last = next) {
                    next = balancer.stats();
                    assertTrue(next.active() >= 0, next.toString());
                    assertTrue(next.accepted() >= last.accepted() && next.bytesToClients() >= last.bytesToClients()
                            && next.connectFailures() >= last.connectFailures() && next.retries() >= last.retries());
                }
                return null;
            }));
        }
        for (int i = 0; i < 300; i++) {
            try (Peer client = Peer.connect(balancer.address())) {
                assertEquals("x", client.ask(HttpMessages.get("/")));
            }
        }
        over.set(true);
        for (Future<Void> watcher : watchers) {
            BalancerFixture.get(watcher);
        }
        assertEquals(300, balancer.stats().accepted());
    }

    private static long sum(BalancerStats stats, ToLongFunction<TargetStats> figure) {
        return stats.targets().stream().mapToLong(figure).sum();
    }
}
