package io.musher.balancer;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Smooth weighted round robin among the candidates that a strategy admits: every pick gives each of them its weight as credit,
 * the one with the most credit is chosen and pays for all.
 *
 * <p>Because the chosen one pays, the neighbour of a target that is down gets no double share. The lock is held for a few
 * additions; a pick allocates nothing unless the list of ready targets has changed.
 */
abstract class WeightedTurns implements Strategy {

    private List<Candidate> known = List.of();
    private double[] credit = {};
    private double[] weights = {};
    private double[] loads = {};

    @Override
    public final synchronized Candidate choose(List<Candidate> ready, InetAddress client) {
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
            return ready.get(0); // a candidate whose weight or load is not a number
        }
        credit[best] -= total;
        return ready.get(best);
    }

    /**
     * Decides between which candidates turns are taken; called under the lock.
     *
     * @param ready the candidates
     * @param weights their weights at this moment
     * @param loads where to store each one's load
     * @return the limit: candidates with a smaller load take turns, at least one must
     */
    abstract double measure(List<Candidate> ready, double[] weights, double[] loads);

    /** The list of ready targets has changed; {@code before} and {@code now} are all of the old and of the new one. */
    void changed(List<Candidate> before, List<Candidate> now) { }

    /** Those that stay keep their credit. */
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
