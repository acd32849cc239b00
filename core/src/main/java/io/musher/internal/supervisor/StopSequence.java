package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;

/**
 * Stops a worker gracefully, in the same steps for every purpose (stop, restart, scale-down, reload, shutdown):
 * withdraw, [preStopDelay], drain, stop frame or SIGTERM, kill timeout, SIGKILL. For a disconnect: withdraw,
 * [preStopDelay], drain, close the channel. Every wait has a deadline.
 */
final class StopSequence {

    /** Timeout for a thread dump of a hanging worker; afterwards the worker counts as unresponsive and is killed. */
    private static final Duration THREAD_DUMP_TIMEOUT = Duration.ofSeconds(3);
    /** Time for a process that closed its channel to be reaped, because only the exit tells how the process ended. */
    private static final Duration REAP_TIMEOUT = Duration.ofSeconds(1);

    private final WorkerRegistry registry;
    private final KillSequence killSequence;
    private final StopPolicy policy;
    private final StopReport report;
    private boolean appliesPreStopDelay;

    StopSequence(WorkerRegistry registry, KillSequence killSequence) {
        this.registry = registry;
        this.killSequence = killSequence;
        this.policy = registry.config.stop();
        this.report = new StopReport(registry);
        this.appliesPreStopDelay = !policy.preStopDelay().isZero();
    }

    /** Skips preStopDelay from now on: the cluster stops, and applies the delay once for all workers. */
    void skipPreStopDelay() {
        appliesPreStopDelay = false;
    }

    /** Releases and stops a worker. */
    void stop(Incarnation worker, String why) {
        releaseBecause(worker, Exit.Cause.STOPPED, why);
    }

    /** Releases and stops a worker that lives on without the common port. */
    void stopWithoutPort(Incarnation worker, String why) {
        releaseBecause(worker, Exit.Cause.PORT_TAKEN, why);
    }

    /** Releases and disconnects a worker, which may live on; does nothing if the worker was released before. */
    void detach(Incarnation worker, String why) {
        if (worker.slot.owns(worker)) {
            releaseBecause(worker, Exit.Cause.DISCONNECTED, why);
        }
    }

    private void releaseBecause(Incarnation worker, Exit.Cause cause, String why) {
        if (worker.stop.cause() == null || worker.stop.isDisconnect()) {
            worker.stop.decideCause(cause);
        }
        release(worker, why);
    }

    /** Releases and stops a worker without recording a cause: the worker asked for the stop or was lost before. */
    void release(Incarnation worker, String why) {
        worker.slot.release(worker);
        worker.fork.whenDone(() -> {
            beginStop(worker, why);
            report.begin(worker);
        });
    }

    /** Updates the stop report after an exit or a failed spawn. */
    void ended() {
        report.ended();
    }

    /** Resends the stop frame to a stopping worker that connected late, and so got SIGTERM at most. */
    void resendStop(Incarnation worker) {
        if (worker.state() == WorkerState.STOPPING && worker.channel.isOpen()) {
            worker.handle().sendStop();
        }
    }

    private void beginStop(Incarnation worker, String why) {
        switch (worker.state()) {
            case STARTING, ONLINE -> {
                sendDrain(worker);
                if (hasDrainHooks(worker)) {
                    worker.cancelTimers(); // the start timeout must not cut the drain
                    registry.setState(worker, WorkerState.DRAINING, why);
                    drain(worker);
                } else {
                    finishDrain(worker, why);
                }
            }
            case READY, NOT_READY -> {
                boolean delay = appliesPreStopDelay && worker.state() == WorkerState.READY;
                registry.setState(worker, WorkerState.DRAINING, why);
                registry.publish();
                sendDrain(worker);
                if (delay) {
                    worker.stop.setDeadline(policy.preStopDelay(), () -> drain(worker));
                } else {
                    drain(worker);
                }
            }
            case DETACHED -> finishDrain(worker, why);
            default -> { // draining, stopping or dead: ends the waits that delay the stop
                threadDumpDone(worker);
                endExitWait(worker);
            }
        }
    }

    private void sendDrain(Incarnation worker) {
        if (worker.channel.isOpen() && worker.stop.isDisconnect()) {
            worker.handle().sendDisconnect();
        } else if (worker.channel.isOpen()) {
            worker.handle().sendDrain();
        }
    }

    private void drain(Incarnation worker) {
        worker.handle().drain(policy.drain());
        worker.stop.setDeadline(policy.drain(), () -> finishDrain(worker, "the drain timeout has elapsed"));
    }

    /** Finishes the drain, unless drain hooks are running: the connections have ended or were cut. */
    void drained(Incarnation worker) {
        worker.stop.connectionsDrained();
        endIfDrained(worker);
    }

    /** Finishes the drain, unless connections are left: the drain hooks have finished. */
    void drainHooksDone(Incarnation worker) {
        worker.stop.drainHooks(false);
        endIfDrained(worker);
    }

    private void endIfDrained(Incarnation worker) {
        if (worker.state() == WorkerState.DRAINING && worker.stop.areConnectionsDrained() && !hasDrainHooks(worker)) {
            finishDrain(worker, "drained");
        }
    }

    /** Returns whether drain hooks are running and the open channel can still report their end. */
    private static boolean hasDrainHooks(Incarnation worker) {
        return worker.stop.hasDrainHooks() && worker.channel.isOpen();
    }

    private void finishDrain(Incarnation worker, String why) {
        if (worker.stop.isDisconnect()) {
            completeDetach(worker, why);
        } else {
            killSequence.sendStop(worker, why);
        }
    }

    private void completeDetach(Incarnation worker, String why) {
        if (worker.state() == WorkerState.DETACHED) {
            return;
        }
        worker.cancelTimers();
        worker.channel.goodbyeSent();
        registry.setState(worker, WorkerState.DETACHED, why);
        worker.handle().closeChannel();
    }

    /** Withdraws a hanging worker and requests a thread dump; {@link #threadDumpDone} stops the worker. */
    void requestThreadDump(Incarnation worker, String why, boolean unresponsive) {
        worker.cancelTimers();
        worker.slot.release(worker);
        worker.stop.reason(why);
        worker.stop.decideCause(Exit.Cause.UNHEALTHY);
        if (unresponsive) {
            worker.stop.markUnresponsive();
        }
        registry.setState(worker, WorkerState.DRAINING, why);
        registry.publish();
        worker.handle().requestThreadDump();
        worker.stop.awaitThreadDump(THREAD_DUMP_TIMEOUT, () -> {
            worker.stop.markUnresponsive();
            threadDumpDone(worker);
        });
    }

    /** Drains and stops the worker, or kills it if unresponsive: the thread dump is done or has timed out. */
    void threadDumpDone(Incarnation worker) {
        if (worker.stop.isAwaitingThreadDump()) {
            worker.cancelTimers();
            if (worker.stop.isUnresponsive()) {
                killSequence.sigkill(worker, worker.stopReason() + "; it does not answer on its channel: SIGKILL");
            } else {
                sendDrain(worker);
                drain(worker);
            }
        }
    }

    /** Stops a worker that was not ready in time; the worker keeps its slot until it is reaped. */
    void startTimedOut(Incarnation worker, String why) {
        worker.stop.decideCause(Exit.Cause.START_TIMEOUT);
        worker.stop.reason(why);
        if (worker.wasReady()) { // it was in its overlap and may have connections
            beginStop(worker, why);
            return;
        }
        sendDrain(worker);
        killSequence.sendStop(worker, why);
    }

    /**
     * Withdraws a worker whose channel was closed, because its process is presumably exiting. The worker keeps its slot
     * until it is reaped, or until {@code onOutlived} runs because the process outlives its channel.
     */
    void channelLost(Incarnation worker, String why, Runnable onOutlived) {
        switch (worker.state()) {
            case STARTING, ONLINE, READY, NOT_READY -> {
                worker.cancelTimers();
                registry.setState(worker, WorkerState.DRAINING, why);
                registry.publish();
                worker.stop.awaitExit(REAP_TIMEOUT, onOutlived);
            }
            default -> {} // the worker is draining or stopping already
        }
        markDisconnected(worker, why); // after the change of state, which the event must show
        endIfDrained(worker);
    }

    /**
     * Withdraws a worker without a channel whose process has exited: another program may take its port before it is
     * reaped. A worker with a channel is withdrawn when everything the channel had delivered has been processed. A
     * worker that only has to run for a while does not become ready any more, although its output is still being read.
     */
    void processExited(Incarnation worker) {
        worker.minLifeTimer.cancel();
        if ((worker.state() == WorkerState.READY || worker.state() == WorkerState.NOT_READY)
                && !worker.channel.isOpen()) {
            worker.cancelTimers();
            registry.setState(worker, WorkerState.DRAINING, "its process has exited");
            registry.publish();
        }
    }

    /**
     * Ends the wait for the exit of a worker without a channel: drains its connections or, if that is done, sends
     * SIGTERM.
     */
    void endExitWait(Incarnation worker) {
        if (worker.stop.isAwaitingExit()) {
            worker.cancelTimers();
            if (worker.state() == WorkerState.DRAINING) {
                drain(worker);
            } else {
                killSequence.terminate(worker, policy.kill());
            }
        }
    }

    /** Reports once that the worker is disconnected. */
    void markDisconnected(Incarnation worker, String why) {
        if (worker.channel.markDisconnected()) {
            registry.listener.disconnected(worker, why);
        }
    }
}
