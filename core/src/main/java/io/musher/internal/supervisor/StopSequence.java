package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;

/**
 * A worker's way out, the same for every purpose: leave the balancer, [delay], drain, stop frame or SIGTERM, deadline,
 * SIGKILL; or, for a disconnect: leave, [delay], drain, close the channel. Every wait has a deadline.
 */
final class StopSequence {

    private static final Duration KILL_RETRY_INTERVAL = Duration.ofSeconds(5);
    /** For a worker that hangs to say where; one that cannot say even that would not hear a stop. */
    private static final Duration THREAD_DUMP_TIMEOUT = Duration.ofSeconds(3);
    /** For a process without a channel to be reaped; only then it is known how it ended. */
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

    /** The whole cluster ends, and has waited for all. */
    void skipDrainDelay() {
        delays = false;
    }

    /** The slot is done with the worker, which is to end. */
    void stop(Incarnation worker, String why) {
        replaceAndStop(worker, Exit.Cause.STOPPED, why);
    }

    /** The slot is done with the worker, which may live on, unless it is leaving already. */
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

    /** The slot is done with the worker, whose own wish it is to end. */
    void release(Incarnation worker, String why) {
        worker.slot.release(worker);
        whenForked(worker, () -> {
            beginStop(worker, why);
            report.begin(worker);
        });
    }

    /** A worker has ended, or never began. */
    void ended() {
        report.ended();
    }

    /** It may have learnt of its end by SIGTERM, or not at all, because it had no channel then. */
    void resendStop(Incarnation worker) {
        if (worker.state() == WorkerState.STOPPING && worker.hasOpenChannel()) {
            actions.sendStop(worker);
        }
    }

    private void beginStop(Incarnation worker, String why) {
        switch (worker.state()) {
            case STARTING, ONLINE -> {
                sendDrain(worker);
                if (hasDrainHooks(worker)) {
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
            default -> { // on its way already, and not to be kept by what is waited for
                threadDumpDone(worker);
                hurryOutliving(worker);
            }
        }
    }

    private void sendDrain(Incarnation worker) {
        if (worker.hasOpenChannel() && worker.cause == Exit.Cause.DISCONNECTED) {
            actions.sendDisconnect(worker);
        } else if (worker.hasOpenChannel()) {
            actions.sendDrain(worker);
        }
    }

    private void drain(Incarnation worker) {
        actions.drain(worker, policy.drain());
        worker.stopTimer.set(policy.drain(), () -> finishDrain(worker, "the drain time is over"));
    }

    /** Its connections have ended or were cut. */
    void drained(Incarnation worker) {
        worker.unconnected = true;
        endIfDrained(worker);
    }

    /** Whatever it had to finish is finished. */
    void drainHooksDone(Incarnation worker) {
        worker.drainHooks = false;
        endIfDrained(worker);
    }

    private void endIfDrained(Incarnation worker) {
        if (worker.state() == WorkerState.DRAINING && worker.unconnected && !hasDrainHooks(worker)) {
            finishDrain(worker, "drained");
        }
    }

    /** Whether it can still tell that they have ended. */
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
        actions.closeChannel(worker);
    }

    private void sendStop(Incarnation worker, String why) {
        worker.cancelTimers();
        worker.toldToEnd();
        registry.setState(worker, WorkerState.STOPPING, why);
        if (!worker.hasOpenChannel()) {
            terminateSilent(worker);
        } else if (worker.isCommand()) {
            // the worker may be a grandchild, and a shell before it that hears nothing of the frame
            Duration half = policy.kill().dividedBy(2);
            actions.sendStop(worker);
            worker.stopTimer.set(half, () -> terminate(worker, half));
        } else {
            actions.sendStop(worker);
            worker.stopTimer.set(policy.kill(), () -> killLate(worker));
        }
    }

    /** One without a channel; if it has closed that unasked, it is ending by itself, and gets as much time for it as one that was told to. */
    private void terminateSilent(Incarnation worker) {
        if (worker.cause != null || !worker.disconnectReported) {
            terminate(worker, policy.kill());
            return;
        }
        worker.outlives = true;
        worker.stopTimer.set(policy.kill(), () -> {
            worker.cause = Exit.Cause.CHANNEL_LOST;
            hurryOutliving(worker);
        });
    }

    private void terminate(Incarnation worker, Duration patience) {
        registry.listener.stateChanged(worker, "SIGTERM");
        actions.terminate(worker);
        worker.stopTimer.set(patience, () -> killLate(worker));
    }

    private void killLate(Incarnation worker) {
        registry.listener.killedLate(worker);
        sigkill(worker, "still alive at the deadline: SIGKILL");
    }

    private void sigkill(Incarnation worker, String why) {
        registry.setState(worker, WorkerState.STOPPING, why);
        actions.kill(worker);
        worker.stopTimer.set(KILL_RETRY_INTERVAL, () -> sigkill(worker, "still not reaped: SIGKILL again"));
    }

    /** It hangs: no traffic from now on; it is asked where, and ends. */
    void requestThreadDump(Incarnation worker, String why, boolean deaf) {
        worker.cancelTimers();
        worker.slot.release(worker);
        worker.fault(why);
        worker.cause = Exit.Cause.UNHEALTHY;
        worker.unresponsive = deaf;
        worker.awaitingThreadDump = true;
        registry.setState(worker, WorkerState.DRAINING, why);
        registry.publish();
        actions.requestThreadDump(worker);
        worker.stopTimer.set(THREAD_DUMP_TIMEOUT, () -> {
            worker.unresponsive = true;
            threadDumpDone(worker);
        });
    }

    /** It has said where it hangs, or had the time to. */
    void threadDumpDone(Incarnation worker) {
        if (worker.awaitingThreadDump) {
            worker.cancelTimers();
            if (worker.unresponsive) {
                sigkill(worker, worker.fault() + "; it would not hear a stop: SIGKILL");
            } else {
                sendDrain(worker);
                drain(worker);
            }
        }
    }

    /** The worker has to end now; it stays its slot's until it is reaped. */
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

    /** It was not ready in time; it stays its slot's until it is reaped. */
    void startTimedOut(Incarnation worker) {
        worker.cause = Exit.Cause.START_TIMEOUT;
        worker.fault("the option startTimeout grants " + registry.config.startTimeout() + ", in which " + missing(worker));
        sendDrain(worker);
        sendStop(worker, worker.fault());
    }

    /** What was waited for, and what was seen instead. */
    private String missing(Incarnation worker) {
        if (!worker.readinessFailure.isEmpty()) {
            return "its health check did not pass: " + worker.readinessFailure;
        } else if (worker.pausedByWorker) {
            return "it said notReady(), and not ready() since";
        }
        return switch (registry.config.readinessRule()) {
            case EXPLICIT -> "it did not call ready()";
            case PORT_ACCEPTS -> "it did not listen on its port" + (worker.port().isPresent() ? " " + worker.port().getAsInt() : "")
                    + ", nor call ready() or listening(port)" + (worker.observed().isEmpty() ? "" : ": " + worker.observed());
            case STARTED -> worker.isCommand() ? "it did not come to run" : "it did not join the cluster";
        };
    }

    /**
     * The channel has ended, so the process is about to: it gets no traffic, and stays its slot's until it is reaped, or until the task runs
     * because it outlives its channel.
     */
    void channelLost(Incarnation worker, String why, Runnable outlives) {
        switch (worker.state()) {
            case STARTING, ONLINE, READY, NOT_READY -> {
                worker.cancelTimers();
                worker.outlives = true;
                registry.setState(worker, WorkerState.DRAINING, why);
                registry.publish();
                worker.stopTimer.set(REAP_TIMEOUT, outlives);
            }
            default -> { } // it leaves anyway
        }
        markDisconnected(worker, why); // now that its state is what the event is to find
        endIfDrained(worker);
    }

    /** It has had its moment: now its connections may end, or when they have, its process has to. */
    void hurryOutliving(Incarnation worker) {
        if (worker.outlives) {
            worker.cancelTimers();
            if (worker.state() == WorkerState.DRAINING) {
                drain(worker);
            } else {
                terminate(worker, policy.kill());
            }
        }
    }

    /** Says once that it can no longer be talked to. */
    void markDisconnected(Incarnation worker, String why) {
        if (!worker.disconnectReported) {
            worker.disconnectReported = true;
            worker.connected(false);
            registry.listener.disconnected(worker, why);
        }
    }

    static void whenForked(Incarnation worker, Runnable task) {
        if (worker.isForked()) {
            task.run();
        } else {
            worker.beforeForked.add(task);
        }
    }
}
