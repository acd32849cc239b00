package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import java.time.Duration;

/**
 * What is known about one worker's readiness: what it has said, whether it passes its checks, whether its port accepts
 * connections, and the evidence of readiness that is kept while something else prevents the worker from being ready.
 */
final class ReadinessState {

    /** Deadline for a port that refuses connections to accept again. */
    private final ResettableTimer refusalTimer;
    private boolean paused;
    private boolean claimsPort;
    /** The port at which a probe has found the worker; 0 if it has not. */
    private int foundPort;
    private boolean portRefuses;
    private boolean checkFailing;
    private String checkFailure = "";
    private boolean needsWarmUp;
    private boolean warmUpBegun;
    private String warmUpFailure = "";
    private @Nullable String evidence;

    /**
     * @param hasCheck whether the worker has to pass a readiness check first
     * @param warmsUp whether the worker has to be warmed up first
     */
    ReadinessState(boolean hasCheck, boolean warmsUp, ResettableTimer refusalTimer) {
        this.checkFailing = hasCheck;
        this.needsWarmUp = warmsUp;
        this.refusalTimer = refusalTimer;
    }

    /** The worker called ready(). */
    void resume() {
        paused = false;
    }

    /** The worker called notReady(); it may close its port. */
    void pause() {
        paused = true;
        portAccepts();
    }

    /** {@return whether the worker called notReady(), and not ready() since} */
    boolean isPaused() {
        return paused;
    }

    /** The worker called listening(port); if the port refuses connections, the probe will report it again. */
    void claimPort() {
        claimsPort = true;
        portAccepts();
    }

    boolean claimsPort() {
        return claimsPort;
    }

    /** A probe found that the port accepts connections. {@return whether that is new} */
    boolean portFound(int port) {
        boolean isNew = foundPort != port;
        foundPort = port;
        return isNew;
    }

    /** {@return whether a probe has found that the worker listens on the port, before the worker said so} */
    boolean isFoundAt(int port) {
        return foundPort == port && !claimsPort;
    }

    void portRefuses() {
        portRefuses = true;
    }

    /** Runs a task unless the port accepts connections again in time. */
    void ifPortStillRefuses(Duration after, Runnable task) {
        refusalTimer.setTimeout(after, task);
    }

    void portAccepts() {
        portRefuses = false;
        refusalTimer.cancel();
    }

    /** {@return whether the port accepted connections before, and no longer does} */
    boolean isPortRefusing() {
        return portRefuses;
    }

    void checkFailed(String why) {
        checkFailing = true;
        checkFailure = why;
    }

    void checkPassed() {
        checkFailing = false;
        checkFailure = "";
    }

    /** {@return the failed readiness check, and how it failed; empty if none} */
    String checkFailure() {
        return checkFailure;
    }

    /** {@return whether the worker has to be warmed up before it is ready} */
    boolean needsWarmUp() {
        return needsWarmUp;
    }

    /** {@return false if the warm-up has begun before} */
    boolean beginWarmUp() {
        boolean isNew = !warmUpBegun;
        warmUpBegun = true;
        return isNew;
    }

    void warmUpFailed(String why) {
        warmUpFailure = why;
    }

    /** {@return the latest failed request of the warm-up; empty if none} */
    String warmUpFailure() {
        return warmUpFailure;
    }

    void warmedUp() {
        needsWarmUp = false;
    }

    /**
     * {@return what prevents a worker with evidence of readiness from being ready, to follow the evidence; or empty}
     */
    String obstacle() {
        return checkFailing ? ", but has not passed its health check yet"
                : portRefuses ? ", but its port refuses connections" : "";
    }

    /** {@return whether the worker cannot be ready, whatever evidence there is} */
    boolean isBlocked() {
        return paused || checkFailing || portRefuses;
    }

    void keepEvidence(@Nullable String why) {
        evidence = why;
    }

    /** {@return the evidence of readiness that is kept while the worker cannot be ready, or null} */
    @Nullable
    String evidence() {
        return evidence;
    }

    void cancelTimer() {
        refusalTimer.cancel();
    }
}
