package io.musher.balancer;

import java.util.List;

/**
 * Weighted turns among the targets with the fewest connections for their weight.
 *
 * <p>A target takes part when its load now, connections for its weight, is less than the least load that any target would have
 * after one more connection. With equal weights these are the targets with the fewest connections. With different ones a light
 * target gets its turn among idle heavy ones, and as seldom as its weight says, however few connections there are.
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
