package io.musher.balancer;

import java.util.List;

/**
 * Strategy {@code least-connections}: weighted turns among the targets with the fewest connections relative to their
 * weight.
 *
 * <p>A target takes part if its load, connections divided by weight, is less than the least load that any target would
 * have after one more connection. With equal weights these are the targets with the fewest connections. With different
 * weights, a light target takes turns with idle heavy ones in proportion to its weight, even with few connections.
 */
final class LeastConnections extends WeightedTurns {

    @Override
    double measure(List<Candidate> ready, double[] weights, double[] loads) {
        double limit = Double.POSITIVE_INFINITY;
        for (int i = 0; i < loads.length; i++) {
            double active = ready.get(i).active();
            loads[i] = active / weights[i];
            limit = Math.min(limit, (active + 1) / weights[i]);
        }
        return limit;
    }
}
