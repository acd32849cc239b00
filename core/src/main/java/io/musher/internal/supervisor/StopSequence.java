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

    private static final Duration KILL_RETRY_INTERVAL = Duration.ofSeconds(5);
    /** Timeout for a thread dump of a hanging worker; afterwards the worker counts as unresponsive and is killed. */
    private static final Duration THREAD_DUMP_TIMEOUT = Duration.ofSeconds(3);
    /** Time for a process that closed its channel to be reaped, because only the exit tells how the process ended. */
    private static final Duration REAP_TIMEOUT = Duration.ofSeconds(1);

    private final WorkerRegistry registry;
    private final Actions actions;
    private final StopPolicy policy;
    private final StopReport report;
    private boolean delays;

    StopSequence(WorkerRegistry registry) {
        this.registry = registry;
        this.actions = registry.actions;
        this.policy = registry.config.stop();
        this.report = new StopReport(registry);
        this.delays = !policy.preStopDelay().isZero();
    }

    /** Skips preStopDelay from now on: the cluster stops, and applies the delay once for all workers. */
    void skipDrainDelay() {
        delays = false;
    }

    /** Releases and stops a worker. */
    void stop(Incarnation worker, String why) {
        replaceAndStop(worker, Exit.Cause.STOPPED, why);
    }

    /** Releases and disconnects a worker, which may live on; does nothing if the worker was released before. */
    void detach(Incarnation worker, String why) {
        if (worker.slot.owns(worker)) {
            replaceAndStop(worker, Exit.Cause.DISCONNECTED, why);
        }
    }

    private void replaceAndStop(Incarnation worker, Exit.Cause cause, String why) {
        if (worker.cause == null || worker.cause == Exit.Cause.DISCONNECTED) {
            worker.cause = cause;
        }
        release(worker, why);
    }

    /** Releases and stops a worker without recording a cause: the worker asked for the stop or was lost before. */
    void release(Incarnation worker, String why) {
        worker.slot.release(worker);
        whenForked(worker, () -> {
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
        if (worker.state() == WorkerState.STOPPING && worker.hasOpenChannel()) {
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
                boolean delay = delays && worker.state() == WorkerState.READY;
                registry.setState(worker, WorkerState.DRAINING, why);
                registry.publish();
                sendDrain(worker);
                if (delay) {
                    worker.stopTimer.set(policy.preStopDelay(), () -> drain(worker));
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
        if (worker.hasOpenChannel() && worker.cause == Exit.Cause.DISCONNECTED) {
            worker.handle().sendDisconnect();
        } else if (worker.hasOpenChannel()) {
            worker.handle().sendDrain();
        }
    }

    private void drain(Incarnation worker) {
        worker.handle().drain(policy.drain());
        worker.stopTimer.set(policy.drain(), () -> finishDrain(worker, "the drain time is over"));
    }

    /** Finishes the drain, unless drain hooks are running: the connections have ended or were cut. */
    void drained(Incarnation worker) {
        worker.connectionsDrained = true;
        endIfDrained(worker);
    }

    /** Finishes the drain, unless connections are left: the drain hooks have finished. */
    void drainHooksDone(Incarnation worker) {
        worker.drainHooks = false;
        endIfDrained(worker);
    }

    private void endIfDrained(Incarnation worker) {
        if (worker.state() == WorkerState.DRAINING && worker.connectionsDrained && !hasDrainHooks(worker)) {
            finishDrain(worker, "drained");
        }
    }

    /** Returns whether drain hooks are running and the open channel can still report their end. */
    private static boolean hasDrainHooks(Incarnation worker) {
        return worker.drainHooks && worker.hasOpenChannel();
    }

    private void finishDrain(Incarnation worker, String why) {
        if (worker.cause == Exit.Cause.DISCONNECTED) {
            completeDetach(worker, why);
        } else {
            sendStop(worker, why);
        }
    }

    private void completeDetach(Incarnation worker, String why) {
        if (worker.state() == WorkerState.DETACHED) {
            return;
        }
        worker.cancelTimers();
        worker.goodbyeSent = true;
        worker.connected(false);
        registry.setState(worker, WorkerState.DETACHED, why);
        worker.handle().closeChannel();
    }

    private void sendStop(Incarnation worker, String why) {
        worker.cancelTimers();
        worker.toldToEnd();
        registry.setState(worker, WorkerState.STOPPING, why);
        if (!worker.hasOpenChannel()) {
            stopWithoutChannel(worker);
        } else if (worker.isCommand()) {
            // the worker may be a grandchild of this JVM, below a shell that does not receive the frame
            Duration half = policy.kill().dividedBy(2);
            worker.handle().sendStop();
            worker.stopTimer.set(half, () -> terminate(worker, half));
        } else {
            worker.handle().sendStop();
            worker.stopTimer.set(policy.kill(), () -> killLate(worker));
        }
    }

    /**
     * Stops a worker without an open channel by SIGTERM. A worker that closed its channel unasked is presumably
     * exiting, and first gets the kill timeout to do so.
     */
    private void stopWithoutChannel(Incarnation worker) {
        if (worker.cause != null || !worker.disconnectReported) {
            terminate(worker, policy.kill());
            return;
        }
        worker.awaitingExit = true;
        worker.stopTimer.set(policy.kill(), () -> {
            worker.cause = Exit.Cause.CHANNEL_LOST;
            endExitWait(worker);
        });
    }

    private void terminate(Incarnation worker, Duration timeout) {
        registry.listener.stateChanged(worker, "SIGTERM");
        worker.handle().terminate();
        worker.stopTimer.set(timeout, () -> killLate(worker));
    }

    private void killLate(Incarnation worker) {
        registry.listener.killedLate(worker);
        sigkill(worker, "still alive at the deadline: SIGKILL");
    }

    private void sigkill(Incarnation worker, String why) {
        registry.setState(worker, WorkerState.STOPPING, why);
        worker.handle().kill();
        worker.stopTimer.set(KILL_RETRY_INTERVAL, () -> sigkill(worker, "still not reaped: SIGKILL again"));
    }

    /** Withdraws a hanging worker and requests a thread dump; {@link #threadDumpDone} stops the worker. */
    void requestThreadDump(Incarnation worker, String why, boolean unresponsive) {
        worker.cancelTimers();
        worker.slot.release(worker);
        worker.stopReason(why);
        worker.cause = Exit.Cause.UNHEALTHY;
        worker.unresponsive = unresponsive;
        worker.awaitingThreadDump = true;
        registry.setState(worker, WorkerState.DRAINING, why);
        registry.publish();
        worker.handle().requestThreadDump();
        worker.stopTimer.set(THREAD_DUMP_TIMEOUT, () -> {
            worker.unresponsive = true;
            threadDumpDone(worker);
        });
    }

    /** Drains and stops the worker, or kills it if unresponsive: the thread dump is done or has timed out. */
    void threadDumpDone(Incarnation worker) {
        if (worker.awaitingThreadDump) {
            worker.cancelTimers();
            if (worker.unresponsive) {
                sigkill(worker, worker.stopReason() + "; it would not hear a stop: SIGKILL");
            } else {
                sendDrain(worker);
                drain(worker);
            }
        }
    }

    /** Kills a worker; the worker keeps its slot until it is reaped. */
    void kill(Incarnation worker, String why) {
        if (worker.cause == null) {
            worker.cause = Exit.Cause.KILLED;
        }
        whenForked(worker, () -> {
            if (worker.isAlive()) {
                worker.cancelTimers();
                sigkill(worker, why);
                registry.publish();
            }
        });
    }

    /** Stops a worker that was not ready in time; the worker keeps its slot until it is reaped. */
    void startTimedOut(Incarnation worker) {
        worker.cause = Exit.Cause.START_TIMEOUT;
        worker.stopReason(
                "the option startTimeout grants " + registry.config.startTimeout() + ", in which " + missing(worker));
        sendDrain(worker);
        sendStop(worker, worker.stopReason());
    }

    /** {@return what was missing for readiness, and what was observed instead} */
    private String missing(Incarnation worker) {
        if (!worker.readinessFailure.isEmpty()) {
            return "its health check did not pass: " + worker.readinessFailure;
        } else if (worker.pausedByWorker) {
            return "it said notReady(), and not ready() since";
        }
        return switch (registry.config.readinessRule()) {
            case EXPLICIT -> "it did not call ready()";
            case PORT_ACCEPTS ->
                    "it did not listen on its port" + (worker.port().isPresent() ? " " + worker.port().getAsInt() : "")
                            + ", nor call ready() or listening(port)"
                            + (worker.observed().isEmpty() ? "" : ": " + worker.observed());
            case STARTED -> worker.isCommand() ? "it did not come to run" : "it did not join the cluster";
        };
    }

    /**
     * Withdraws a worker whose channel was closed, because its process is presumably exiting. The worker keeps its slot
     * until it is reaped, or until {@code onOutlived} runs because the process outlives its channel.
     */
    void channelLost(Incarnation worker, String why, Runnable onOutlived) {
        switch (worker.state()) {
            case STARTING, ONLINE, READY, NOT_READY -> {
                worker.cancelTimers();
                worker.awaitingExit = true;
                registry.setState(worker, WorkerState.DRAINING, why);
                registry.publish();
                worker.stopTimer.set(REAP_TIMEOUT, onOutlived);
            }
            default -> {} // the worker is draining or stopping already
        }
        markDisconnected(worker, why); // after the change of state, which the event must show
        endIfDrained(worker);
    }

    /**
     * Withdraws a worker without a channel whose process has exited: another program may take its port before it is
     * reaped. A worker with a channel is withdrawn when everything the channel had delivered has been processed.
     */
    void processExited(Incarnation worker) {
        if ((worker.state() == WorkerState.READY || worker.state() == WorkerState.NOT_READY)
                && !worker.hasOpenChannel()) {
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
        if (worker.awaitingExit) {
            worker.cancelTimers();
            if (worker.state() == WorkerState.DRAINING) {
                drain(worker);
            } else {
                terminate(worker, policy.kill());
            }
        }
    }

    /** Reports once that the worker is disconnected. */
    void markDisconnected(Incarnation worker, String why) {
        if (!worker.disconnectReported) {
            worker.disconnectReported = true;
            worker.connected(false);
            registry.listener.disconnected(worker, why);
        }
    }

    /** Runs a task as soon as the worker's process is known to run, possibly at once. */
    static void whenForked(Incarnation worker, Runnable task) {
        if (worker.isForked()) {
            task.run();
        } else {
            worker.beforeForked.add(task);
        }
    }
}
