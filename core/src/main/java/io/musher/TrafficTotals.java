package io.musher;

import io.musher.ClusterStats.TrafficStats;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.BalancerStats.TargetStats;
import io.musher.balancer.loop.Nullable;
import java.util.HashMap;
import java.util.Map;

/**
 * Adds up the balancer's counters by the name of targets, which workers of one instance share. The balancer forgets the
 * counters of a target that is withdrawn and has no connection left; here they are kept, as they were last observed.
 * Thread-safe.
 */
final class TrafficTotals {

    private static final TrafficStats NONE = new TrafficStats(0, 0, 0, 0);

    /** What was last observed of one target. */
    private record Observed(String name, TrafficStats counters) {
        Observed plus(Observed other) {
            return new Observed(name, sum(counters, other.counters));
        }
    }

    /** By name and port: a replacement has the same name and another port. */
    private final Map<String, Observed> present = new HashMap<>();
    private final Map<String, TrafficStats> ended = new HashMap<>();

    /** Takes over the counters; called before targets are withdrawn, and for each snapshot of the statistics. */
    synchronized void observe(BalancerStats stats) {
        Map<String, Observed> observed = new HashMap<>();
        for (TargetStats target : stats.targets()) {
            String name = TargetIds.name(target.target().id());
            observed.merge(name + ":" + target.target().address().getPort(), new Observed(name, counters(target)),
                    Observed::plus);
        }
        present.forEach((key, before) -> {
            if (!continues(before.counters, observed.get(key))) {
                ended.merge(before.name, before.counters, TrafficTotals::sum);
            }
        });
        present.clear();
        present.putAll(observed);
    }

    private static boolean continues(TrafficStats before, @Nullable Observed now) {
        return now != null && now.counters.connections() >= before.connections()
                && now.counters.bytesToWorkers() >= before.bytesToWorkers();
    }

    /** {@return the sum for all targets of a name, up to the last observation} */
    synchronized TrafficStats of(String name) {
        TrafficStats total = ended.getOrDefault(name, NONE);
        for (Observed each : present.values()) {
            if (each.name.equals(name)) {
                total = sum(total, each.counters);
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
