package io.musher.balancer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Strategy {@code least-time}: weighted turns among the targets with the lowest latency, at most 1.5 times that of the
 * fastest.
 *
 * <p>The latency of a target is an estimate. Every pick moves the estimate a little towards the fastest, and the older
 * an estimate is, the less weight it has against a new answer. So a target that was slow once is measured again soon, a
 * target that is always slow rarely. Connections in progress count as in {@link LeastConnections}, each multiplied by
 * the latency.
 *
 * <p>A target that has not answered yet is assumed to have the median latency and gets {@value #ON_TRIAL} connections
 * on trial, and one more after ever longer runs of picks without an answer. A target that closes a connection without
 * an answer counts as the slowest.
 */
final class LeastTime extends WeightedTurns {

    private static final int ON_TRIAL = 2;
    private static final int NEXT_TRIAL_AFTER = 64;
    private static final int HALF_LIFE = 8; // in picks for each other target
    private static final double LEAST_SHARE_OF_NEW = 1 / 8.0;
    private static final double NEAR = 1.5;
    private static final double MOST = 32; // estimates are capped at this multiple of the fastest
    private static final double SILENT = 1e9;

    /** The measurements of one target. */
    private static final class Evidence {
        double nanos; // the estimated latency, 0 if not measured
        double age = 1; // the weight left to the estimate, from 1 down to 0
        boolean silent;
        int capped;
        long answers;
        long total;
        long unanswered;

        boolean isMeasured() {
            return nanos > 0;
        }
    }

    private final Map<Candidate, Evidence> known = new WeakHashMap<>(); // also of candidates that are full now
    private Evidence[] evidence = {};
    private double[] sorted = {};
    private double median;
    private double fading;
    private int medianIn;

    @Override
    void changed(List<Candidate> before, List<Candidate> now) {
        evidence = new Evidence[now.size()];
        for (int i = 0; i < evidence.length; i++) {
            Evidence old = known.get(now.get(i));
            // a silent one comes back on trial
            boolean anew = old == null || old.silent && !before.contains(now.get(i));
            evidence[i] = anew ? new Evidence() : old;
            if (anew) {
                known.put(now.get(i), evidence[i]);
            }
        }
        sorted = new double[evidence.length];
        fading = Math.pow(0.5, 1.0 / (HALF_LIFE * Math.max(1, evidence.length - 1)));
        medianIn = 0;
    }

    @Override
    double measure(List<Candidate> ready, double[] weights, double[] loads) {
        double fastest = learn(ready);
        double limit = limit(ready, weights, loads, fastest, true);
        if (limit == Double.POSITIVE_INFINITY) { // all are on trial
            limit = limit(ready, weights, loads, fastest, false);
        }
        double near = Double.POSITIVE_INFINITY;
        for (int i = 0; i < loads.length; i++) {
            if (loads[i] < limit) {
                near = Math.min(near, assumed(evidence[i], fastest));
            }
        }
        for (int i = 0; i < loads.length; i++) {
            if (assumed(evidence[i], fastest) > near * NEAR) {
                loads[i] = Double.POSITIVE_INFINITY;
            }
        }
        return limit;
    }

    /**
     * Updates the estimates with the answers since the last pick.
     *
     * @return the lowest estimate
     */
    private double learn(List<Candidate> ready) {
        double fastest = Double.POSITIVE_INFINITY;
        double slowest = 0;
        for (int i = 0; i < evidence.length; i++) {
            Evidence e = evidence[i];
            learn(e, ready.get(i));
            if (e.isMeasured()) {
                fastest = Math.min(fastest, e.nanos);
                slowest = e.silent ? slowest : Math.max(slowest, e.nanos);
            }
        }
        if (fastest == Double.POSITIVE_INFINITY) {
            fastest = 1;
        }
        for (Evidence e : evidence) {
            if (e.silent && e.age == 1) {
                e.nanos = Math.max(SILENT, 2 * slowest);
            }
            e.age *= fading;
            if (e.isMeasured()) {
                e.nanos = fastest + (Math.min(e.nanos, MOST * fastest) - fastest) * fading;
            }
        }
        if (--medianIn <= 0) {
            medianIn = evidence.length;
            median = median(fastest);
        }
        return fastest;
    }

    private static void learn(Evidence e, Candidate candidate) {
        long unanswered = candidate.unanswered();
        long answers = candidate.answers();
        if (answers != e.answers) {
            long total = candidate.latencyNanosTotal();
            double latest = Math.max(1, (double) (total - e.total) / Math.max(1, answers - e.answers));
            double old = e.isMeasured() && !e.silent ? Math.min(e.age, 1 - LEAST_SHARE_OF_NEW) : 0;
            e.nanos = latest + (e.nanos - latest) * old;
            e.age = 1;
            e.silent = false;
            e.answers = answers;
            e.total = total;
        } else if (unanswered != e.unanswered) {
            e.nanos = SILENT;
            e.age = 1;
            e.silent = true;
        }
        e.unanswered = unanswered;
    }

    private double median(double otherwise) {
        int n = 0;
        for (Evidence e : evidence) {
            if (e.isMeasured()) {
                sorted[n++] = e.nanos;
            }
        }
        Arrays.sort(sorted, 0, n);
        return n == 0 ? otherwise : sorted[(n - 1) / 2];
    }

    private double assumed(Evidence e, double fastest) {
        return e.isMeasured() ? e.nanos : fastest + Math.max(0, median - fastest) * e.age;
    }

    private double limit(List<Candidate> ready, double[] weights, double[] loads, double fastest, boolean capped) {
        double limit = Double.POSITIVE_INFINITY;
        for (int i = 0; i < loads.length; i++) {
            int active = ready.get(i).active();
            if (capped && isCapped(evidence[i], active)) {
                loads[i] = Double.POSITIVE_INFINITY;
                continue;
            }
            double cost = assumed(evidence[i], fastest) / weights[i];
            loads[i] = cost * active;
            limit = Math.min(limit, cost * (active + 1.0));
        }
        return limit;
    }

    private static boolean isCapped(Evidence e, int active) {
        if (e.isMeasured() || active < ON_TRIAL) {
            e.capped = 0;
            return false;
        }
        int more = Math.min(20, active - ON_TRIAL);
        return ++e.capped <= NEXT_TRIAL_AFTER << more;
    }
}
