package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.ClusterStats.TrafficStats;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.BalancerStats.TargetStats;
import io.musher.balancer.Target;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficTotalsTest {

    private final TrafficTotals totals = new TrafficTotals();

    private void observe(TargetStats... targets) {
        totals.observe(new BalancerStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of(targets)));
    }

    private static TargetStats target(int port, long connections) {
        return target("web-1", port, connections);
    }

    private static TargetStats target(String id, int port, long connections) {
        return new TargetStats(new Target(id, new InetSocketAddress("127.0.0.1", port)), TargetState.READY,
                connections, 0, connections * 10, connections * 100, 1, 0, 0, 0, 0, 0, 0, "");
    }

    private long connections() {
        return totals.of("web-1").connections();
    }

    @Test
    void shouldKeepTheCountersOfAnExitedWorkerWhenAnotherTakesItsPlace() {
        observe(target(8000, 5));
        observe(target(8000, 7), target(8001, 1));
        observe(target(8001, 2));
        observe();

        assertEquals(new TrafficStats(9, 2, 90, 900), totals.of("web-1"));
        assertEquals(new TrafficStats(0, 0, 0, 0), totals.of("web-2"));
    }

    @Test
    void shouldCountAReplacementThatServesBesideItsPredecessor() {
        observe(target(8000, 5), target("web-1#7", 8001, 2));
        assertEquals(7, connections());
        observe(target(8000, 5)); // it was lost
        assertEquals(7, connections());
        observe(target(8000, 6), target("web-1#8", 8002, 1));
        observe(target(8002, 4)); // it has taken over, with its connections
        assertEquals(12, connections());
        assertEquals(0, totals.of("web-1#7").connections());
    }

    @Test
    void shouldTellNamesWithANumberSignFromIds() {
        assertEquals("a#1-2", TargetIds.name("a#1-2"));
        assertEquals("a#1-2", TargetIds.name("a#1-2#3"));
        assertEquals("web-12", TargetIds.name("web-12"));
        assertEquals("#", TargetIds.name("#"));
        assertEquals("", TargetIds.name(""));
    }

    @Test
    void shouldNotFallWhenTheCountersOfAPortBeginAnew() {
        observe(target(8000, 5));
        observe(target(8000, 1));
        assertEquals(6, connections());
        observe(target(8000, 1));
        assertEquals(6, connections());
        observe(target(8000, 3));
        assertEquals(8, connections());
    }
}
