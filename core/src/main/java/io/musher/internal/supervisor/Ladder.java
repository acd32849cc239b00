package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;

/**
 * A worker's way out, the same for every purpose: leave the balancer, [delay], drain, stop frame or SIGTERM, deadline,
 * SIGKILL; or, for a disconnect: leave, [delay], drain, close the channel. Every wait has a deadline.
 */
final class Ladder {

    private static final Duration KILL_AGAIN = Duration.ofSeconds(5);
    /** For a worker that hangs to say where; one that cannot say even that would not hear a stop. */
    private static final Duration EXAMINATION = Duration.ofSeconds(3);
    /** For a process without a channel to be reaped; only then it is known how it ended. */
    private static final Duration REAPING = Duration.ofSeconds(1);

    private final Roster roster;
    private final Actions actions;
    private final StopPolicy policy;
    private final StopReport report;
    private boolean delays;

    Ladder(Roster roster) {
        this.roster = roster;
        this.actions = roster.actions;
        this.policy = roster.rules.stop();
        this.report = new StopReport(roster);
        this.delays = !policy.preStopDelay().isZero();
    }

    /** The whole cluster ends, and has waited for all. */
    void delayNobody() {
        delays = false;
    }

    /** The slot is done with the worker, which is to end. */
    void stop(Incarnation worker, String why) {
        dismiss(worker, Exit.Cause.STOPPED, why);
    }

    /** The slot is done with the worker, which may live on, unless it is leaving already. */
    void detach(Incarnation worker, String why) {
        if (worker.slot.owns(worker)) {
            dismiss(worker, Exit.Cause.DISCONNECTED, why);
        }
    }

    private void dismiss(Incarnation worker, Exit.Cause cause, String why) {
        if (worker.cause == null || worker.cause == Exit.Cause.DISCONNECTED) {
            worker.cause = cause;
        }
        release(worker, why);
    }

    /** The slot is done with the worker, whose own wish it is to end. */
    void release(Incarnation worker, String why) {
        worker.slot.release(worker);
        whenForked(worker, () -> {
            descend(worker, why);
            report.begin(worker);
        });
    }

    /** A worker has ended, or never began. */
    void ended() {
        report.ended();
    }

    /** It may have learnt of its end by SIGTERM, or not at all, because it had no channel then. */
    void remind(Incarnation worker) {
        if (worker.state() == WorkerState.STOPPING && worker.talks()) {
            actions.tellStop(worker);
        }
    }

    private void descend(Incarnation worker, String why) {
        switch (worker.state()) {
            case STARTING, ONLINE -> {
                tellDrain(worker);
                if (hasDrainHooks(worker)) {
                    roster.stands(worker, WorkerState.DRAINING, why);
                    drain(worker);
                } else {
                    end(worker, why);
                }
            }
            case READY, NOT_READY -> {
                boolean delay = delays && worker.state() == WorkerState.READY;
                roster.stands(worker, WorkerState.DRAINING, why);
                roster.publish();
                tellDrain(worker);
                if (delay) {
                    worker.step.set(policy.preStopDelay(), () -> drain(worker));
                } else {
                    drain(worker);
                }
            }
            case DETACHED -> end(worker, why);
            default -> { // on its way already, and not to be kept by what is waited for
                examined(worker);
                hurryOutliving(worker);
            }
        }
    }

    private void tellDrain(Incarnation worker) {
        if (worker.talks() && worker.cause == Exit.Cause.DISCONNECTED) {
            actions.tellDisconnect(worker);
        } else if (worker.talks()) {
            actions.tellDrain(worker);
        }
    }

    private void drain(Incarnation worker) {
        actions.drain(worker, policy.drain());
        worker.step.set(policy.drain(), () -> end(worker, "the drain time is over"));
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
            end(worker, "drained");
        }
    }

    /** Whether it can still tell that they have ended. */
    private static boolean hasDrainHooks(Incarnation worker) {
        return worker.drainHooks && worker.talks();
    }

    private void end(Incarnation worker, String why) {
        if (worker.cause == Exit.Cause.DISCONNECTED) {
            letGo(worker, why);
        } else {
            tellStop(worker, why);
        }
    }

    private void letGo(Incarnation worker, String why) {
        if (worker.state() == WorkerState.DETACHED) {
            return;
        }
        worker.silence();
        worker.closed = true;
        worker.connected(false);
        roster.stands(worker, WorkerState.DETACHED, why);
        actions.closeChannel(worker);
    }

    private void tellStop(Incarnation worker, String why) {
        worker.silence();
        worker.toldToEnd();
        roster.stands(worker, WorkerState.STOPPING, why);
        if (!worker.talks()) {
            terminateSilent(worker);
        } else if (worker.isCommand()) {
            // the worker may be a grandchild, and a shell before it that hears nothing of the frame
            Duration half = policy.kill().dividedBy(2);
            actions.tellStop(worker);
            worker.step.set(half, () -> terminate(worker, half));
        } else {
            actions.tellStop(worker);
            worker.step.set(policy.kill(), () -> killLate(worker));
        }
    }

    /** One without a channel; if it has closed that unasked, it is ending by itself, and gets as much time for it as one that was told to. */
    private void terminateSilent(Incarnation worker) {
        if (worker.cause != null || !worker.parted) {
            terminate(worker, policy.kill());
            return;
        }
        worker.outlives = true;
        worker.step.set(policy.kill(), () -> {
            worker.cause = Exit.Cause.CHANNEL_LOST;
            hurryOutliving(worker);
        });
    }

    private void terminate(Incarnation worker, Duration patience) {
        roster.news.step(worker, "SIGTERM");
        actions.terminate(worker);
        worker.step.set(patience, () -> killLate(worker));
    }

    private void killLate(Incarnation worker) {
        roster.news.killedLate(worker);
        sigkill(worker, "still alive at the deadline: SIGKILL");
    }

    private void sigkill(Incarnation worker, String why) {
        roster.stands(worker, WorkerState.STOPPING, why);
        actions.kill(worker);
        worker.step.set(KILL_AGAIN, () -> sigkill(worker, "still not reaped: SIGKILL again"));
    }

    /** It hangs: no traffic from now on; it is asked where, and ends. */
    void examine(Incarnation worker, String why, boolean deaf) {
        worker.silence();
        worker.slot.release(worker);
        worker.fault(why);
        worker.cause = Exit.Cause.UNHEALTHY;
        worker.deaf = deaf;
        worker.examining = true;
        roster.stands(worker, WorkerState.DRAINING, why);
        roster.publish();
        actions.examine(worker);
        worker.step.set(EXAMINATION, () -> {
            worker.deaf = true;
            examined(worker);
        });
    }

    /** It has said where it hangs, or had the time to. */
    void examined(Incarnation worker) {
        if (worker.examining) {
            worker.silence();
            if (worker.deaf) {
                sigkill(worker, worker.fault() + "; it would not hear a stop: SIGKILL");
            } else {
                tellDrain(worker);
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
                worker.silence();
                sigkill(worker, why);
                roster.publish();
            }
        });
    }

    /** It was not ready in time; it stays its slot's until it is reaped. */
    void startTimedOut(Incarnation worker) {
        worker.cause = Exit.Cause.START_TIMEOUT;
        worker.fault("the option startTimeout grants " + roster.rules.startTimeout() + ", in which " + missing(worker));
        tellDrain(worker);
        tellStop(worker, worker.fault());
    }

    /** What was waited for, and what was seen instead. */
    private String missing(Incarnation worker) {
        if (!worker.ailment.isEmpty()) {
            return "its health check did not pass: " + worker.ailment;
        } else if (worker.heldBack) {
            return "it said notReady(), and not ready() since";
        }
        return switch (roster.rules.readyWhen()) {
            case TOLD -> "it did not call ready()";
            case SERVING -> "it did not listen on its port" + (worker.port().isPresent() ? " " + worker.port().getAsInt() : "")
                    + ", nor call ready() or listening(port)" + (worker.observed().isEmpty() ? "" : ": " + worker.observed());
            case RUNNING -> worker.isCommand() ? "it did not come to run" : "it did not join the cluster";
        };
    }

    /**
     * The channel has ended, so the process is about to: it gets no traffic, and stays its slot's until it is reaped, or until the task runs
     * because it outlives its channel.
     */
    void channelLost(Incarnation worker, String why, Runnable outlives) {
        switch (worker.state()) {
            case STARTING, ONLINE, READY, NOT_READY -> {
                worker.silence();
                worker.outlives = true;
                roster.stands(worker, WorkerState.DRAINING, why);
                roster.publish();
                worker.step.set(REAPING, outlives);
            }
            default -> { } // it leaves anyway
        }
        part(worker, why); // now that its state is what the event is to find
        endIfDrained(worker);
    }

    /** It has had its moment: now its connections may end, or when they have, its process has to. */
    void hurryOutliving(Incarnation worker) {
        if (worker.outlives) {
            worker.silence();
            if (worker.state() == WorkerState.DRAINING) {
                drain(worker);
            } else {
                terminate(worker, policy.kill());
            }
        }
    }

    /** Says once that it can no longer be talked to. */
    void part(Incarnation worker, String why) {
        if (!worker.parted) {
            worker.parted = true;
            worker.connected(false);
            roster.news.disconnected(worker, why);
        }
    }

    static void whenForked(Incarnation worker, Runnable task) {
        if (worker.isForked()) {
            task.run();
        } else {
            worker.early.add(task);
        }
    }
}
