package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;

/**
 * Probes the listed targets periodically (active health check): takes a target down after {@code fall} failures in a
 * row, also the last one, and restores it after {@code rise} successes. Owned by {@link TargetRegistry}'s loop.
 */
final class ActiveProbes {

    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);

    private final ProbePolicy policy;
    private final String name;
    private final BalancerListener listener;
    private final EventLoop loop;
    private final TargetRegistry registry;

    ActiveProbes(ProbePolicy policy, BalancerConfig config, BalancerListener listener, EventLoop loop,
            TargetRegistry registry) {
        this.policy = policy;
        this.name = config.name();
        this.listener = listener;
        this.loop = loop;
        this.registry = registry;
    }

    /** Probes a newly listed target as long as it is listed. */
    void listed(TargetEntry entry) {
        probeLater(entry);
    }

    private void probeLater(TargetEntry entry) {
        loop.schedule(TargetEntry.jittered(policy.interval().toNanos()), () -> {
            if (!isListed(entry)) {
                return;
            }
            if (entry.backend.address() == null) {
                probeLater(entry);
            } else {
                Probe.start(loop, entry.backend, policy.timeout().toNanos(), 0,
                        (failure, outcome) -> probed(entry, failure, outcome));
            }
        });
    }

    private void probed(TargetEntry entry, @Nullable String failure, Probe.Outcome outcome) {
        if (!isListed(entry)) {
            return;
        }
        if (failure == null) {
            passed(entry);
        } else if (outcome != Probe.Outcome.RESOURCES_EXHAUSTED) {
            failed(entry, failure);
        }
        probeLater(entry);
    }

    private void passed(TargetEntry entry) {
        entry.falls = 0;
        // an accepted connect does not prove that this target answers
        boolean unproven = entry.is(TargetState.EJECTED) && entry.endsUnanswered;
        if (!entry.is(TargetState.READY) && !unproven && ++entry.rises >= policy.rise()) {
            registry.restore(entry);
        }
    }

    private void failed(TargetEntry entry, String failure) {
        registry.resolver().lookUpAgain(entry.backend);
        entry.rises = 0;
        if (++entry.falls >= policy.fall() && !entry.is(TargetState.DOWN)) {
            entry.backend.setState(TargetState.DOWN, failure);
            registry.publish();
            OPERATOR.warn("{}: target {} is down: {}", name, entry.backend, failure);
            listener.down(entry.backend.target(), failure);
        }
    }

    private boolean isListed(TargetEntry entry) {
        return registry.entryOf(entry.backend) == entry;
    }
}
