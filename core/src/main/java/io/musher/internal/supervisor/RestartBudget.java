package io.musher.internal.supervisor;

import io.musher.RestartPolicy;
import java.util.ArrayDeque;

/** One instance's account of unstable workers; says how long the next start has to wait, or that there is none. */
final class RestartBudget {

    /** The answer when the budget is spent. */
    static final long SPENT = -1;

    private final RestartPolicy policy;
    private final ArrayDeque<Long> unstable = new ArrayDeque<>();
    private int inARow;

    RestartBudget(RestartPolicy policy) {
        this.policy = policy;
    }

    /** A worker that had been ready for long enough has ended. */
    long stable() {
        inARow = 0;
        return 0;
    }

    /**
     * A worker that never was ready, or not for long, has ended.
     *
     * @return nanoseconds to wait, or {@link #SPENT}
     */
    long unstable(boolean wasReady, long now, double random) {
        inARow++;
        int limit = policy.giveUpAfter();
        if (limit > 0) {
            unstable.addLast(now);
            while (now - unstable.peekFirst() > ResettableTimer.nanos(policy.giveUpWithin())) {
                unstable.removeFirst();
            }
            // starts that take long do not fit the window; when all the last ones were unstable, the time does not matter
            if (unstable.size() >= limit || inARow >= limit) {
                return SPENT;
            }
        }
        if (inARow == 1 && wasReady) {
            return 0;
        }
        return delay(random);
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
