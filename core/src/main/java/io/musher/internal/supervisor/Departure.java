package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ends nobody here decided on: a process was reaped, or never started, or wants to leave; who follows is asked next
 * door.
 */
final class Departure {

    /** For a port that has accepted to accept again. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Roster roster;
    private final Arrival arrival;
    private final Ladder ladder;
    private final Replacement replacement;
    private final RolloutPlan rollout;
    private final Recycling recycling;
    private final Life life;

    Departure(Roster roster, Arrival arrival, Ladder ladder, Replacement replacement, RolloutPlan rollout, Recycling recycling, Life life) {
        this.roster = roster;
        this.arrival = arrival;
        this.ladder = ladder;
        this.replacement = replacement;
        this.rollout = rollout;
        this.recycling = recycling;
        this.life = life;
    }

    void exited(Incarnation worker, int status, Optional<String> signal) {
        if (worker.isCommand() && !worker.spoke) {
            arrival.online(worker, "it ran");
        }
        Exit exit = exit(worker, status, signal);
        ladder.part(worker, exit.toString());
        Runnable lost = loss(worker, status != 0 || worker.cause != null, why(worker, exit), null);
        worker.slot.lastExit = Optional.of(exit);
        bury(worker, exit.toString());
        roster.news.exited(worker, exit);
        roster.actions.callback(() -> worker.onExit().complete(exit));
        lost.run();
    }

    private static Exit exit(Incarnation worker, int status, Optional<String> signal) {
        Exit.Cause cause = worker.cause;
        if (cause == null) {
            cause = !worker.wasReady ? Exit.Cause.NEVER_READY : status == 0 ? Exit.Cause.EXITED : Exit.Cause.CRASHED;
        }
        boolean voluntary = cause == Exit.Cause.STOPPED || cause == Exit.Cause.DISCONNECTED;
        return new Exit(signal.isPresent() ? OptionalInt.empty() : OptionalInt.of(status), signal, voluntary, cause, status);
    }

    private static String why(Incarnation worker, Exit exit) {
        return exit.cause() == Exit.Cause.START_TIMEOUT ? exit + ": " + worker.fault() : exit.toString();
    }

    void spawnFailed(Incarnation worker, Throwable cause) {
        String why = "could not be started: " + cause.getMessage();
        Runnable lost = loss(worker, true, why, cause);
        bury(worker, why);
        Throwable never = new IllegalStateException(worker + " " + why, cause);
        roster.actions.callback(() -> worker.onExit().completeExceptionally(never));
        lost.run();
    }

    void disconnects(Incarnation worker) {
        if (isInPlace(worker)) {
            Runnable lost = loss(worker, false, "it said disconnect()", null);
            ladder.detach(worker, "it said disconnect()");
            lost.run();
        }
    }

    void asksToStop(Incarnation worker) {
        if (isInPlace(worker)) {
            Runnable lost = loss(worker, false, "it asked to be stopped", null);
            ladder.release(worker, "it asked to be stopped");
            lost.run();
        } else {
            ladder.remind(worker);
        }
    }

    void channelEnded(Incarnation worker, boolean goodbye) {
        String why = goodbye ? "it said goodbye" : "its channel closed without goodbye";
        ladder.channelLost(worker, why, () -> outlives(worker, goodbye, why + ", but its process lives on"));
    }

    /** Its slot does not wait for it, unless how it ends decides what follows or is what has to be reported. */
    private void outlives(Incarnation worker, boolean goodbye, String why) {
        Slot slot = worker.slot;
        boolean reports = life.isStarting() || worker == slot.coming && (slot.serving != null || rollout.isFailure(worker));
        if (reports || replacement.needsStatus(goodbye)) {
            ladder.hurryOutliving(worker);
            return;
        }
        Runnable lost = loss(worker, true, why, null);
        slot.release(worker);
        ladder.hurryOutliving(worker);
        lost.run();
    }

    /** No traffic for it until its port accepts again, which it has a while for. */
    void refuses(Incarnation worker, String why) {
        if (arrival.refuses(worker, why)) {
            Duration grace = roster.rules.startTimeout().compareTo(GRACE) < 0 ? roster.rules.startTimeout() : GRACE;
            worker.grace.set(grace, () -> hangs(worker, why + ", for " + grace, false));
        }
    }

    /** It cannot be waited for: who follows comes at once, while it is asked where it hangs. */
    void hangs(Incarnation worker, String why, boolean deaf) {
        if (isInPlace(worker) && worker.isJudged()) {
            Runnable lost = loss(worker, true, why, null);
            ladder.examine(worker, why, deaf);
            lost.run();
        }
    }

    private static boolean isInPlace(Incarnation worker) {
        return worker.slot.owns(worker) && worker.isWorking();
    }

    private void bury(Incarnation worker, String why) {
        worker.silence();
        worker.slot.forget(worker);
        worker.connected(false);
        worker.early.clear();
        roster.stands(worker, WorkerState.DEAD, why);
        roster.gone(worker);
        ladder.ended();
        roster.publish();
    }

    /** What is to be done, once the worker has left its slot. */
    private Runnable loss(Incarnation worker, boolean failed, String why, Throwable cause) {
        Slot slot = worker.slot;
        if (!slot.owns(worker)) {
            return () -> { };
        }
        if (rollout.isFailure(worker)) {
            return () -> rollout.failed(worker, (worker.soaking ? "in its soak time: " : "") + why);
        }
        if (worker == slot.coming && slot.serving != null) {
            String text = "the replacement, worker " + worker.id() + ": " + why;
            return () -> {
                recycling.failed(slot);
                slot.waiting.fail(new IllegalStateException(text, cause));
            };
        }
        return () -> {
            if (slot.wanted && life.isStarting() && worker.cause != Exit.Cause.KILLED) {
                life.startFailed(worker, why, cause);
            } else if (slot.wanted && slot.isVacant()) {
                replacement.lost(worker, failed, why);
            }
        };
    }
}
