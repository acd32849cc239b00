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
 * <p>A target that has not answered yet is assumed to have the median latency and gets {@value #UNMEASURED_CONNECTIONS}
 * connections, and one more after ever longer runs of picks without an answer. A target that closes a connection
 * without an answer counts as the slowest.
 */
final class LeastTime extends WeightedTurns {

    private static final int UNMEASURED_CONNECTIONS = 2;
    private static final int PICKS_UNTIL_ONE_MORE = 64;
    private static final int HALF_LIFE = 8; // in picks for each other target
    private static final double LEAST_SHARE_OF_NEW = 1 / 8.0;
    private static final double NEAR_RATIO = 1.5;
    private static final double MAX_RATIO = 32; // estimates are capped at this multiple of the fastest
    private static final double UNANSWERED_NANOS = 1e9;

    /** The estimated latency of one target, and what it was derived from. */
    private static final class Estimate {
        double nanos; // the estimated latency, 0 if not measured
        double age = 1; // the weight left to the estimate, from 1 down to 0
        boolean endsUnanswered;
        int picksWhileCapped;
        long answers;
        long total;
        long unanswered;

        boolean isMeasured() {
            return nanos > 0;
        }
    }

    // also of candidates that are full now
    private final Map<Candidate, Estimate> estimatesByCandidate = new WeakHashMap<>();
    private Estimate[] estimates = {};
    private double[] sorted = {};
    private double median;
    private double fading;
    private int picksUntilMedian;

    @Override
    void changed(List<Candidate> before, List<Candidate> now) {
        estimates = new Estimate[now.size()];
        for (int i = 0; i < estimates.length; i++) {
            Estimate old = estimatesByCandidate.get(now.get(i));
            // one that ended connections unanswered is measured anew when it comes back
            boolean anew = old == null || old.endsUnanswered && !before.contains(now.get(i));
            estimates[i] = anew ? new Estimate() : old;
            if (anew) {
                estimatesByCandidate.put(now.get(i), estimates[i]);
            }
        }
        sorted = new double[estimates.length];
        fading = Math.pow(0.5, 1.0 / (HALF_LIFE * Math.max(1, estimates.length - 1)));
        picksUntilMedian = 0;
    }

    @Override
    double measure(List<Candidate> ready, double[] weights, double[] loads) {
        double fastest = learn(ready);
        double limit = limit(ready, weights, loads, fastest, true);
        if (limit == Double.POSITIVE_INFINITY) { // all are unmeasured, with as many connections as they get
            limit = limit(ready, weights, loads, fastest, false);
        }
        double near = Double.POSITIVE_INFINITY;
        for (int i = 0; i < loads.length; i++) {
            if (loads[i] < limit) {
                near = Math.min(near, assumed(estimates[i], fastest));
            }
        }
        for (int i = 0; i < loads.length; i++) {
            if (assumed(estimates[i], fastest) > near * NEAR_RATIO) {
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
        for (int i = 0; i < estimates.length; i++) {
            Estimate e = estimates[i];
            learn(e, ready.get(i));
            if (e.isMeasured()) {
                fastest = Math.min(fastest, e.nanos);
                slowest = e.endsUnanswered ? slowest : Math.max(slowest, e.nanos);
            }
        }
        if (fastest == Double.POSITIVE_INFINITY) {
            fastest = 1;
        }
        for (Estimate e : estimates) {
            if (e.endsUnanswered && e.age == 1) {
                e.nanos = Math.max(UNANSWERED_NANOS, 2 * slowest);
            }
            e.age *= fading;
            if (e.isMeasured()) {
                e.nanos = fastest + (Math.min(e.nanos, MAX_RATIO * fastest) - fastest) * fading;
            }
        }
        if (--picksUntilMedian <= 0) {
            picksUntilMedian = estimates.length;
            median = median(fastest);
        }
        return fastest;
    }

    private static void learn(Estimate e, Candidate candidate) {
        long unanswered = candidate.unanswered();
        long answers = candidate.answers();
        if (answers != e.answers) {
            long total = candidate.latencyNanosTotal();
            double latest = Math.max(1, (double) (total - e.total) / Math.max(1, answers - e.answers));
            double old = e.isMeasured() && !e.endsUnanswered ? Math.min(e.age, 1 - LEAST_SHARE_OF_NEW) : 0;
            e.nanos = latest + (e.nanos - latest) * old;
            e.age = 1;
            e.endsUnanswered = false;
            e.answers = answers;
            e.total = total;
        } else if (unanswered != e.unanswered) {
            e.nanos = UNANSWERED_NANOS;
            e.age = 1;
            e.endsUnanswered = true;
        }
        e.unanswered = unanswered;
    }

    private double median(double otherwise) {
        int n = 0;
        for (Estimate e : estimates) {
            if (e.isMeasured()) {
                sorted[n++] = e.nanos;
            }
        }
        Arrays.sort(sorted, 0, n);
        return n == 0 ? otherwise : sorted[(n - 1) / 2];
    }

    private double assumed(Estimate e, double fastest) {
        return e.isMeasured() ? e.nanos : fastest + Math.max(0, median - fastest) * e.age;
    }

    private double limit(List<Candidate> ready, double[] weights, double[] loads, double fastest, boolean capped) {
        double limit = Double.POSITIVE_INFINITY;
        for (int i = 0; i < loads.length; i++) {
            int active = ready.get(i).active();
            if (capped && isCapped(estimates[i], active)) {
                loads[i] = Double.POSITIVE_INFINITY;
                continue;
            }
            double cost = assumed(estimates[i], fastest) / weights[i];
            loads[i] = cost * active;
            limit = Math.min(limit, cost * (active + 1.0));
        }
        return limit;
    }

    private static boolean isCapped(Estimate e, int active) {
        if (e.isMeasured() || active < UNMEASURED_CONNECTIONS) {
            e.picksWhileCapped = 0;
            return false;
        }
        int more = Math.min(20, active - UNMEASURED_CONNECTIONS);
        return ++e.picksWhileCapped <= PICKS_UNTIL_ONE_MORE << more;
    }
}
