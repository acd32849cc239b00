package io.musher.balancer;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses one of the ready targets for a client: asks the {@link Strategy}, and falls back to round robin if a user's
 * strategy throws or returns something that was not offered. One per event loop.
 */
final class TargetChooser {

    private static final Log LOG = Log.of(Balancer.class);

    private final String name;
    private final ReadyTargets ready;
    private final Strategy strategy;
    private final RoundRobin fallback = new RoundRobin();
    private final boolean perTargetLimit;
    private boolean strategyFailureLogged;

    TargetChooser(ReadyTargets ready, BalancerConfig config) {
        this.name = config.name();
        this.ready = ready;
        this.strategy = config.strategy();
        this.perTargetLimit = config.maxConnectionsPerTarget() > 0;
    }

    /**
     * {@return the ready targets that are not full and not in {@code tried}; {@code previous}, if not null, only when
     * it is the only one left}
     */
    List<Candidate> candidates(List<Backend> tried, @Nullable Backend previous) {
        List<Candidate> all = ready.list();
        if (!perTargetLimit && tried.isEmpty() && previous == null && !ready.hasTrials()) {
            return all;
        }
        List<Candidate> left = new ArrayList<>(all.size());
        for (Candidate candidate : all) {
            Backend backend = (Backend) candidate;
            if (!backend.isFull() && !tried.contains(backend)) {
                left.add(backend);
            }
        }
        if (previous != null && left.size() > 1) {
            left.remove(previous);
        }
        return left.size() == all.size() ? all : left;
    }

    /** Chooses one of several targets. */
    Backend choose(Relay relay, List<Candidate> candidates) {
        if (candidates.size() == 1) {
            return (Backend) candidates.get(0);
        }
        Object wrong;
        try {
            Candidate chosen = strategy.choose(candidates, relay.source().getAddress());
            if (chosen instanceof Backend backend && candidates.contains(backend)) {
                return backend;
            }
            wrong = chosen;
        } catch (Throwable e) { // also checked ones, which other JVM languages may throw
            wrong = e;
        }
        if (!strategyFailureLogged) {
            strategyFailureLogged = true;
            String strategyName = strategy.getClass().getName();
            if (wrong instanceof Throwable cause) {
                LOG.warn("{}: strategy {} threw; round robin is used instead (logged once)", name, strategyName, cause);
            } else {
                LOG.warn("{}: strategy {} {}; round robin is used instead (logged once)", name, strategyName,
                        "returned " + wrong + ", which was not offered");
            }
        }
        return (Backend) fallback.choose(candidates, null);
    }
}
