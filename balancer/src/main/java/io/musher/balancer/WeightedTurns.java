package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Smooth weighted round robin among the candidates that a subclass admits: every pick adds to each candidate's credit
 * its weight, chooses the candidate with the most credit, and subtracts the sum of the weights from it.
 *
 * <p>So the neighbour of a target that is down gets no double share. The lock is held for a few additions; a pick
 * allocates nothing unless the list of ready targets has changed.
 */
abstract class WeightedTurns implements Strategy {

    private List<Candidate> known = List.of();
    private double[] credit = {};
    private double[] weights = {};
    private double[] loads = {};

    @Override
    public final synchronized Candidate choose(List<Candidate> ready, @Nullable InetAddress client) {
        if (ready != known) {
            carryOver(ready);
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = ready.get(i).weight();
        }
        double limit = measure(ready, weights, loads);
        double total = 0;
        int best = -1;
        for (int i = 0; i < credit.length; i++) {
            if (loads[i] < limit) {
                total += weights[i];
                credit[i] += weights[i];
                if (best < 0 || credit[i] > credit[best]) {
                    best = i;
                }
            }
        }
        if (best < 0) {
            return ready.get(0); // a weight or load is NaN
        }
        credit[best] -= total;
        return ready.get(best);
    }

    /**
     * Decides which candidates take turns; called under the lock.
     *
     * @param ready the candidates
     * @param weights their current weights
     * @param loads receives the load of each candidate
     * @return the limit: candidates with a smaller load take turns; at least one must have a smaller load
     */
    abstract double measure(List<Candidate> ready, double[] weights, double[] loads);

    /** Called when the list of ready targets has changed from {@code before} to {@code now}. */
    void changed(List<Candidate> before, List<Candidate> now) {}

    /** Adopts a new list; candidates that stay keep their credit. */
    private void carryOver(List<Candidate> ready) {
        Map<String, Double> old = new HashMap<>();
        for (int i = 0; i < credit.length; i++) {
            old.put(known.get(i).target().id(), credit[i]);
        }
        credit = new double[ready.size()];
        weights = new double[credit.length];
        loads = new double[credit.length];
        for (int i = 0; i < credit.length; i++) {
            credit[i] = old.getOrDefault(ready.get(i).target().id(), 0.0);
        }
        changed(known, ready);
        known = ready;
    }
}
