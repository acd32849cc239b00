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
    private static final long MAX_RETEST_PAUSE = 2_000_000_000;
    private static final long MAX_RETEST_PAUSE_UNANSWERED = 10_000_000_000L;
    private static final long RESET_PAUSE_AFTER = 10_000_000_000L;
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
        int inRow = backend.countConnectFailure();
        if (backend.isOnTrial()) {
            registry.post(() -> trialFailed(backend, why));
        } else if (config.ejectAfter() > 0 && inRow >= config.ejectAfter() && backend.state() == TargetState.READY) {
            registry.post(() -> eject(backend, false, "connects failed", why));
        }
    }

    /** Counts a connection that the target closed without an answer; ejects the target after too many. */
    void unanswered(Backend backend) {
        int inRow = backend.countUnanswered();
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

    private void eject(Backend backend, boolean unanswered, String what, String why) {
        TargetEntry entry = registry.entryOf(backend);
        if (entry == null || !entry.is(TargetState.READY) || !registry.hasOtherReady(backend, unanswered)) {
            return;
        }
        if (loop.now() - entry.restoredAt > RESET_PAUSE_AFTER) {
            entry.retestPause = TargetEntry.MIN_RETEST_PAUSE;
        }
        entry.endsUnanswered = unanswered || Probe.isReset(why);
        entry.round++;
        String reason = unanswered ? what + " " + why : why;
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
        loop.schedule(TargetEntry.jittered(entry.retestPause), () -> {
            if (isStill(entry, round)) {
                entry.retestPause = Math.min(entry.endsUnanswered ? MAX_RETEST_PAUSE_UNANSWERED : MAX_RETEST_PAUSE,
                        entry.retestPause * 2);
                Probe.start(loop, entry.backend, config.connectTimeout().toNanos(), entry.endsUnanswered ? HOLD : 0,
                        (failure, kind) -> {
                            if (isStill(entry, round)) {
                                retested(entry, kind);
                            }
                        });
            }
        });
    }

    private void retested(TargetEntry entry, Probe.Outcome outcome) {
        if (outcome == Probe.Outcome.ACCEPTED && !entry.endsUnanswered) {
            registry.restore(entry);
        } else if (outcome == Probe.Outcome.ACCEPTED) {
            entry.backend.beginTrial();
            registry.publishAndNotifyLoops();
        } else {
            registry.resolver().lookUpAgain(entry.backend);
            if (outcome != Probe.Outcome.RESOURCES_EXHAUSTED) {
                // a target that refuses was stopped: once it accepts again, it may work
                entry.endsUnanswered = outcome == Probe.Outcome.ENDED;
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
