package io.musher.ops.internal.run;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Tries a failed start again after delays that grow, until it succeeds or is called off. Not thread-safe. */
final class StartRetry {

    private static final long MAX_SECONDS = 30;
    private static final int MAX_DOUBLINGS = 5;

    private final Runnable attempt;
    private boolean wanted;
    private boolean planned;
    private int plans;

    /**
     * Creates a retry that is not planned.
     *
     * @param attempt asks {@link #isDue} whether to start, with the same lock as all other calls; runs on a thread of
     *     the common pool
     */
    StartRetry(Runnable attempt) {
        this.attempt = attempt;
    }

    /** The start has failed: plans another. */
    void startFailed() {
        wanted = true;
        plan();
    }

    /** Plans an attempt, unless one is planned. */
    void plan() {
        if (!planned) {
            planned = true;
            long seconds = Math.min(MAX_SECONDS, 1L << Math.min(plans++, MAX_DOUBLINGS));
            CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(attempt);
        }
    }

    /** {@return whether the attempt that runs now is still wanted} */
    boolean isDue() {
        planned = false;
        return wanted;
    }

    /** The start has succeeded: the next failure is the first. */
    void started() {
        wanted = false;
        plans = 0;
    }

    /** Calls off the attempt that is planned. */
    void callOff() {
        wanted = false;
    }
}
