package io.musher.internal.supervisor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The beginning and the end of the whole: start is all or nothing, stop comes to rest.
 *
 * <pre>
 * new ─start─▶ starting ─all ready─▶ running ─stop─▶ [delay] ─▶ stopping ─nobody left─▶ stopped
 *                  └──── a worker failed, or stop ─────────────────┘
 * </pre>
 */
final class Life {

    private final Roster roster;
    private final Wanted wanted;
    private final Ladder ladder;
    private final RolloutPlan rollout;
    private final Alarm delay;
    private final Promises<Void> starters;
    private final Promises<Void> stoppers;
    /** Nothing has been asked for with these yet, but they complete at the latest now. */
    private final Set<CompletableFuture<?>> expected = new LinkedHashSet<>();
    private StartFailure failure;
    private boolean stopping;
    private boolean stopped;

    Life(Roster roster, Wanted wanted, Ladder ladder, RolloutPlan rollout) {
        this.roster = roster;
        this.wanted = wanted;
        this.ladder = ladder;
        this.rollout = rollout;
        this.delay = roster.alarm();
        this.starters = new Promises<>(roster.actions);
        this.stoppers = new Promises<>(roster.actions);
    }

    boolean isStarting() {
        return !starters.isEmpty() && !stopping;
    }

    boolean isStopping() {
        return stopping;
    }

    void start(int instances, CompletableFuture<Void> promise) {
        starters.add(promise);
        wanted.start(instances);
    }

    /** A worker was lost before all were ready. */
    void startFailed(Incarnation worker, String why, Throwable cause) {
        failure = new StartFailure("worker " + worker.id() + " (instance " + worker.instance() + "): " + why, worker, cause);
        stop("the start failed: " + failure.getMessage());
    }

    void expect(CompletableFuture<?> promise) {
        expected.add(promise);
    }

    void isHere(CompletableFuture<?> promise) {
        expected.remove(promise);
    }

    void stop(CompletableFuture<Void> promise) {
        stoppers.add(promise);
        stop("the cluster stops");
    }

    private void stop(String why) {
        if (stopping) {
            return;
        }
        stopping = true;
        ladder.delayNobody();
        IllegalStateException refusal = refusal();
        expected.forEach(promise -> Promises.fail(roster.actions, promise, refusal));
        expected.clear();
        rollout.abandon(refusal);
        wanted.abandon(refusal);
        for (Slot slot : roster.slots()) {
            slot.waiting.fail(refusal);
            wanted.give(slot, why);
            if (slot.coming != null) {
                ladder.stop(slot.coming, why);
            }
        }
        boolean serving = roster.slots().stream().anyMatch(Slot::isFilled);
        if (serving && failure == null && !roster.rules.stop().preStopDelay().isZero()) {
            delay.set(roster.rules.stop().preStopDelay(), () -> dismissAll(why));
        } else {
            dismissAll(why);
        }
    }

    private void dismissAll(String why) {
        roster.actions.stopAccepting();
        roster.living().forEach(worker -> ladder.stop(worker, why));
    }

    /** Nobody is waited for any longer. */
    void killAll() {
        stop("the cluster is killed");
        if (delay.isSet()) {
            delay.cancel();
            dismissAll("the cluster is killed");
        }
        List<Incarnation> all = roster.living();
        all.forEach(worker -> ladder.kill(worker, "the cluster is killed"));
    }

    IllegalStateException refusal() {
        return new IllegalStateException(stopped ? "the cluster has stopped" : "the cluster is stopping");
    }

    void settle() {
        if (isStarting() && roster.slots().stream().allMatch(slot -> !slot.wanted || slot.isFilled())) {
            starters.complete(null);
        }
        if (stopping && roster.isEmpty() && !delay.isSet()) {
            if (!stopped) {
                stopped = true;
                roster.news.stopped();
                starters.fail(failure != null ? failure
                        : new StartFailure("stopped before all workers were ready", null, null));
            }
            stoppers.complete(null);
        }
    }
}
