package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.OperatorLog;

/**
 * Ejects failing targets (passive health check, circuit breaker) and restores them when a retest succeeds; owned by
 * {@link TargetRegistry}'s loop.
 *
 * <pre>
 *  READY ─connects fail in a row─▶ EJECTED ─a retest connects──────────────────────────────▶ READY
 *    └─connections end unanswered─▶ EJECTED ─a retest is not closed at once─▶ on trial ─answer─▶ READY
 *                                     ▲                                         │
 *                                     └────────── no answer, no connect ────────┘
 * </pre>
 *
 * <p>Retests follow after 100 ms and then after growing, jittered pauses. A target on trial stays EJECTED, but gets one
 * client from time to time, because an accepted connect does not prove that the application behind it works. The last
 * ready target is never ejected, and no target is ejected for unanswered connections unless another one answers: a
 * wrong verdict must not take the service down, and if no target ever answers, the protocol is one-way.
 */
final class Ejection {

    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private static final long LAST_RETEST = 2_000_000_000;
    private static final long LAST_RETEST_OF_SILENT = 10_000_000_000L;
    private static final long FORGIVEN_AFTER = 10_000_000_000L;
    private static final long HOLD = 250_000_000;

    private final BalancerConfig config;
    private final BalancerListener listener;
    private final EventLoop loop;
    private final TargetRegistry registry;
    private volatile long count;

    Ejection(BalancerConfig config, BalancerListener listener, EventLoop loop, TargetRegistry registry) {
        this.config = config;
        this.listener = listener;
        this.loop = loop;
        this.registry = registry;
    }

    /** {@return the number of ejections; callable from any thread} */
    long count() {
        return count;
    }

    // ---- from any loop

    /** Counts a refused or timed-out connect; ejects the target after too many. */
    void connectFailed(Backend backend, String why) {
        int inRow = backend.failed();
        if (backend.isOnTrial()) {
            registry.post(() -> trialFailed(backend, why));
        } else if (config.ejectAfter() > 0 && inRow >= config.ejectAfter() && backend.state() == TargetState.READY) {
            registry.post(() -> eject(backend, false, "connects failed", why));
        }
    }

    /** Counts a connection that the target closed without an answer; ejects the target after too many. */
    void unanswered(Backend backend) {
        int inRow = backend.silent();
        if (backend.isOnTrial()) {
            registry.post(() -> trialFailed(backend, "a connection ended without an answer"));
        } else if (config.ejectUnanswered() && config.ejectAfter() > 0 && inRow >= config.ejectAfter()
                && backend.state() == TargetState.READY) {
            registry.post(() -> eject(backend, true, "connections ended", "without an answer"));
        }
    }

    /** Restores a target on trial that has answered. */
    void trialPassed(Backend backend) {
        registry.post(() -> {
            Listed listed = registry.entryOf(backend);
            if (listed != null && backend.isOnTrial()) {
                registry.restore(listed);
            }
        });
    }

    // ---- on the registry's loop

    private void eject(Backend backend, boolean silent, String what, String why) {
        Listed listed = registry.entryOf(backend);
        if (listed == null || !listed.is(TargetState.READY) || !registry.isThereAnother(backend, silent)) {
            return;
        }
        if (loop.now() - listed.restoredAt > FORGIVEN_AFTER) {
            listed.pause = Listed.FIRST_RETEST;
        }
        listed.silent = silent || Probe.isReset(why);
        listed.round++;
        String reason = silent ? what + " " + why : why;
        backend.setState(TargetState.EJECTED, reason);
        count++;
        registry.publish();
        OPERATOR.warn("{}: target {} is ejected: {} {} in a row ({}); it is tried again in the background",
                config.name(), backend, config.ejectAfter(), what, why);
        listener.ejected(backend.target(), reason);
        retestLater(listed);
    }

    private void retestLater(Listed listed) {
        int round = listed.round;
        loop.schedule(Listed.jittered(listed.pause), () -> {
            if (isStill(listed, round)) {
                listed.pause = Math.min(listed.silent ? LAST_RETEST_OF_SILENT : LAST_RETEST, listed.pause * 2);
                Probe.start(loop, listed.backend, config.connectTimeout().toNanos(), listed.silent ? HOLD : 0,
                        (failure, kind) -> {
                            if (isStill(listed, round)) {
                                retested(listed, kind);
                            }
                        });
            }
        });
    }

    private void retested(Listed listed, Probe.Outcome outcome) {
        if (outcome == Probe.Outcome.ACCEPTED && !listed.silent) {
            registry.restore(listed);
        } else if (outcome == Probe.Outcome.ACCEPTED) {
            listed.backend.beginTrial();
            registry.changed();
        } else {
            registry.names().outdated(listed.backend);
            if (outcome != Probe.Outcome.LOCAL_TROUBLE) {
                // a target that refuses was stopped: once it accepts again, it may work
                listed.silent = outcome == Probe.Outcome.ENDED;
            }
            retestLater(listed);
        }
    }

    private void trialFailed(Backend backend, String why) {
        Listed listed = registry.entryOf(backend);
        if (listed != null && backend.isOnTrial()) {
            LOG.debug("{}: target {} stays ejected: {}", config.name(), backend, why);
            backend.endTrial();
            listed.round++;
            registry.publish();
            retestLater(listed);
        }
    }

    private boolean isStill(Listed listed, int round) {
        return listed.round == round && listed.is(TargetState.EJECTED) && !listed.backend.isOnTrial()
                && registry.entryOf(listed.backend) == listed;
    }
}
