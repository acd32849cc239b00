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
            TargetEntry entry = registry.entryOf(backend);
            if (entry != null && backend.isOnTrial()) {
                registry.restore(entry);
            }
        });
    }

    // ---- on the registry's loop

    private void eject(Backend backend, boolean silent, String what, String why) {
        TargetEntry entry = registry.entryOf(backend);
        if (entry == null || !entry.is(TargetState.READY) || !registry.isThereAnother(backend, silent)) {
            return;
        }
        if (loop.now() - entry.restoredAt > FORGIVEN_AFTER) {
            entry.pause = TargetEntry.FIRST_RETEST;
        }
        entry.silent = silent || Probe.isReset(why);
        entry.round++;
        String reason = silent ? what + " " + why : why;
        backend.setState(TargetState.EJECTED, reason);
        count++;
        registry.publish();
        OPERATOR.warn("{}: target {} is ejected: {} {} in a row ({}); it is retried in the background",
                config.name(), backend, config.ejectAfter(), what, why);
        listener.ejected(backend.target(), reason);
        retestLater(entry);
    }

    private void retestLater(TargetEntry entry) {
        int round = entry.round;
        loop.schedule(TargetEntry.jittered(entry.pause), () -> {
            if (isStill(entry, round)) {
                entry.pause = Math.min(entry.silent ? LAST_RETEST_OF_SILENT : LAST_RETEST, entry.pause * 2);
                Probe.start(loop, entry.backend, config.connectTimeout().toNanos(), entry.silent ? HOLD : 0,
                        (failure, kind) -> {
                            if (isStill(entry, round)) {
                                retested(entry, kind);
                            }
                        });
            }
        });
    }

    private void retested(TargetEntry entry, Probe.Outcome outcome) {
        if (outcome == Probe.Outcome.ACCEPTED && !entry.silent) {
            registry.restore(entry);
        } else if (outcome == Probe.Outcome.ACCEPTED) {
            entry.backend.beginTrial();
            registry.changed();
        } else {
            registry.names().outdated(entry.backend);
            if (outcome != Probe.Outcome.LOCAL_TROUBLE) {
                // a target that refuses was stopped: once it accepts again, it may work
                entry.silent = outcome == Probe.Outcome.ENDED;
            }
            retestLater(entry);
        }
    }

    private void trialFailed(Backend backend, String why) {
        TargetEntry entry = registry.entryOf(backend);
        if (entry != null && backend.isOnTrial()) {
            LOG.debug("{}: target {} stays ejected: {}", config.name(), backend, why);
            backend.endTrial();
            entry.round++;
            registry.publish();
            retestLater(entry);
        }
    }

    private boolean isStill(TargetEntry entry, int round) {
        return entry.round == round && entry.is(TargetState.EJECTED) && !entry.backend.isOnTrial()
                && registry.entryOf(entry.backend) == entry;
    }
}
