package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Entry of a listed target in the {@link TargetRegistry}: health, ejection and lookup state. Owned by the registry's
 * loop.
 */
final class TargetEntry {

    static final long MIN_RETEST_PAUSE = 100_000_000;

    final Backend backend;

    // ejection
    int round; // number of the current ejection or retest; timers and probes of earlier ones are ignored
    boolean endsUnanswered; // the target accepts connections, but closes them without an answer
    long retestPause = MIN_RETEST_PAUSE;
    long restoredAt;

    // lookup of the host name
    boolean lookingUp;
    long lookupPause = 1_000_000_000;

    // active probes
    int rises;
    int falls;

    TargetEntry(Backend backend) {
        this.backend = backend;
    }

    boolean is(TargetState state) {
        return backend.state() == state;
    }

    /** Adds jitter of up to a tenth either way, so that the timers of many targets or balancers do not synchronise. */
    static long jittered(long nanos) {
        return nanos - nanos / 10 + ThreadLocalRandom.current().nextLong(nanos / 5 + 1);
    }
}
