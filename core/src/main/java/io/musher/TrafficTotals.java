package io.musher;

import io.musher.ClusterStats.TrafficStats;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.BalancerStats.TargetStats;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Adds up the balancer's counters by the name of targets, which workers of one instance share. The balancer forgets the
 * counters of a target that is withdrawn and has no connection left; here they are kept, as they were last observed.
 * Thread-safe.
 */
final class TrafficTotals {

    private static final TrafficStats NONE = new TrafficStats(0, 0, 0, 0);

    /** Identifies the counters of one target: a replacement has the same name and another port. */
    private record Key(String name, int port) {}

    private final Map<Key, TrafficStats> present = new HashMap<>();
    private final Map<String, TrafficStats> ended = new HashMap<>();

    /** Takes over the counters; called before targets are withdrawn, and for each snapshot of the statistics. */
    synchronized void observe(BalancerStats stats) {
        Map<Key, TrafficStats> observed = stats.targets().stream().collect(Collectors.toMap(
                target -> new Key(TargetIds.name(target.target().id()), target.target().address().getPort()),
                TrafficTotals::counters, TrafficTotals::sum));
        present.entrySet().removeIf(each -> {
            TrafficStats before = each.getValue();
            TrafficStats now = observed.getOrDefault(each.getKey(), NONE);
            boolean over = !observed.containsKey(each.getKey()) || now.connections() < before.connections()
                    || now.bytesToWorkers() < before.bytesToWorkers();
            if (over) {
                ended.merge(each.getKey().name(), before, TrafficTotals::sum);
            }
            return over;
        });
        present.putAll(observed);
    }

    /** {@return the sum for all targets of a name, up to the last observation} */
    synchronized TrafficStats of(String name) {
        TrafficStats total = ended.getOrDefault(name, NONE);
        for (Map.Entry<Key, TrafficStats> each : present.entrySet()) {
            if (each.getKey().name().equals(name)) {
                total = sum(total, each.getValue());
            }
        }
        return total;
    }

    private static TrafficStats counters(TargetStats target) {
        return new TrafficStats(target.accepted(), target.connectFailures(), target.bytesToTarget(),
                target.bytesToClients());
    }

    private static TrafficStats sum(TrafficStats a, TrafficStats b) {
        return new TrafficStats(a.connections() + b.connections(), a.connectFailures() + b.connectFailures(),
                a.bytesToWorkers() + b.bytesToWorkers(), a.bytesToClients() + b.bytesToClients());
    }
}
