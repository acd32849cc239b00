package io.musher.balancer;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Smooth weighted round robin: every pick gives each candidate its weight as credit, the richest is chosen and pays for all.
 *
 * <p>With equal weights this is plain round robin. Because the chosen one pays, the neighbour of a target that is down gets
 * no double share. The lock is held for a few additions.
 */
final class RoundRobin implements Strategy {

    private List<Candidate> known = List.of();
    private double[] credit = {};

    @Override
    public synchronized Candidate choose(List<Candidate> ready, InetAddress client) {
        if (ready != known) {
            carryOver(ready);
        }
        double total = 0;
        int best = 0;
        for (int i = 0; i < credit.length; i++) {
            double weight = ready.get(i).weight();
            total += weight;
            credit[i] += weight;
            if (credit[i] > credit[best]) {
                best = i;
            }
        }
        credit[best] -= total;
        return ready.get(best);
    }

    /** The list of ready targets changed: those that stay keep their credit. */
    private void carryOver(List<Candidate> ready) {
        Map<String, Double> old = new HashMap<>();
        for (int i = 0; i < credit.length; i++) {
            old.put(known.get(i).target().id(), credit[i]);
        }
        credit = new double[ready.size()];
        for (int i = 0; i < credit.length; i++) {
            credit[i] = old.getOrDefault(ready.get(i).target().id(), 0.0);
        }
        known = ready;
    }
}
