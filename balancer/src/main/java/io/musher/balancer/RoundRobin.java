package io.musher.balancer;

import java.util.List;

/** Strategy {@code round-robin}: weighted turns among all ready targets; plain round robin with equal weights. */
final class RoundRobin extends WeightedTurns {

    @Override
    double measure(List<Candidate> ready, double[] weights, double[] loads) {
        return 1; // all loads stay 0
    }
}
