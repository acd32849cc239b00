package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import java.util.concurrent.ThreadLocalRandom;

/** A listed target with what is known of its health; owned by {@link TargetRegistry}'s loop. */
final class Listed {

    static final long FIRST_RETEST = 100_000_000;

    final Backend backend;

    // of an ejection
    int round; // its number: what belongs to an earlier one is void
    boolean silent; // it accepts connections, but ends them without an answer
    long pause = FIRST_RETEST;
    long restoredAt;

    // of a host name
    boolean lookingUp;
    long lookupPause = 1_000_000_000;

    // of active probes
    int rises;
    int falls;

    Listed(Backend backend) {
        this.backend = backend;
    }

    boolean is(TargetState state) {
        return backend.state() == state;
    }

    /** Within a tenth, so that many targets, or many balancers, do not beat in time. */
    static long jittered(long nanos) {
        return nanos - nanos / 10 + ThreadLocalRandom.current().nextLong(nanos / 5 + 1);
    }
}
