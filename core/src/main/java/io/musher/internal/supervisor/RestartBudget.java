package io.musher.internal.supervisor;

import io.musher.RestartPolicy;
import java.util.ArrayDeque;

/**
 * Counts the unstable workers of one instance and computes the backoff delay before the next restart; the budget is
 * spent when the restart policy gives up the instance.
 */
final class RestartBudget {

    /** Returned instead of a delay when the budget is spent. */
    static final long SPENT = -1;

    private final RestartPolicy policy;
    private final ArrayDeque<Long> unstable = new ArrayDeque<>();
    /** Number of unstable workers in a row. */
    private int inARow;

    RestartBudget(RestartPolicy policy) {
        this.policy = policy;
    }

    /**
     * Records the end of a stable worker (ready for {@code stableAfter}).
     *
     * @return the delay before the restart in nanoseconds, 0 unless the delay is constant
     */
    long stable(double random) {
        inARow = 0;
        return isConstant() ? delay(random) : 0;
    }

    /**
     * Records the end of an unstable worker: never ready, or ready for less than {@code stableAfter}.
     *
     * @return the delay before the restart in nanoseconds, or {@link #SPENT}
     */
    long unstable(boolean wasReady, long now, double random) {
        inARow++;
        int limit = policy.giveUpAfter();
        if (limit > 0) {
            unstable.addLast(now);
            while (now - unstable.peekFirst() > ResettableTimer.nanos(policy.giveUpWithin())) {
                unstable.removeFirst();
            }
            // slow starts may never fit the window: so many unstable workers in a row spend the budget, too
            if (unstable.size() >= limit || inARow >= limit) {
                return SPENT;
            }
        }
        if (inARow == 1 && wasReady && !isConstant()) {
            return 0;
        }
        return delay(random);
    }

    private boolean isConstant() {
        return policy.firstDelay().equals(policy.maxDelay());
    }

    private long delay(double random) {
        long longest = ResettableTimer.nanos(policy.maxDelay());
        long delay = ResettableTimer.nanos(policy.firstDelay());
        for (int k = 1; k < inARow && delay < longest; k++) {
            delay = delay * 2;
        }
        delay = Math.min(delay, longest);
        return delay - (long) (random * (delay / 2));
    }

    void clear() {
        unstable.clear();
        inARow = 0;
    }
}
