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
        return new TargetStats(new Target("web-1", new InetSocketAddress("127.0.0.1", port)), TargetState.READY,
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
