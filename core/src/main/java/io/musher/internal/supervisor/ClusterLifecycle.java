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
final class ClusterLifecycle {

    private final WorkerRegistry registry;
    private final ScaleController scaling;
    private final StopSequence stopSequence;
    private final RolloutPlan rollout;
    private final ResettableTimer delay;
    private final PendingFutures<Void> starters;
    private final PendingFutures<Void> stoppers;
    /** Nothing has been asked for with these yet, but they complete at the latest now. */
    private final Set<CompletableFuture<?>> expected = new LinkedHashSet<>();
    private StartFailure failure;
    private boolean stopping;
    private boolean stopped;

    ClusterLifecycle(WorkerRegistry registry, ScaleController scaling, StopSequence stopSequence, RolloutPlan rollout) {
        this.registry = registry;
        this.scaling = scaling;
        this.stopSequence = stopSequence;
        this.rollout = rollout;
        this.delay = registry.alarm();
        this.starters = new PendingFutures<>(registry.actions);
        this.stoppers = new PendingFutures<>(registry.actions);
    }

    boolean isStarting() {
        return !starters.isEmpty() && !stopping;
    }

    boolean isStopping() {
        return stopping;
    }

    void start(int instances, CompletableFuture<Void> promise) {
        starters.add(promise);
        scaling.start(instances);
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
        stopSequence.skipDrainDelay();
        IllegalStateException refusal = refusal();
        expected.forEach(promise -> PendingFutures.fail(registry.actions, promise, refusal));
        expected.clear();
        rollout.failPending(refusal);
        scaling.failPending(refusal);
        for (Slot slot : registry.slots()) {
            slot.readyFutures.fail(refusal);
            scaling.markUnwanted(slot, why);
            if (slot.starting != null) {
                stopSequence.stop(slot.starting, why);
            }
        }
        boolean serving = registry.slots().stream().anyMatch(Slot::isFilled);
        if (serving && failure == null && !registry.config.stop().preStopDelay().isZero()) {
            delay.set(registry.config.stop().preStopDelay(), () -> stopAllWorkers(why));
        } else {
            stopAllWorkers(why);
        }
    }

    private void stopAllWorkers(String why) {
        registry.actions.stopAccepting();
        registry.living().forEach(worker -> stopSequence.stop(worker, why));
    }

    /** Nobody is waited for any longer. */
    void killAll() {
        stop("the cluster is killed");
        if (delay.isSet()) {
            delay.cancel();
            stopAllWorkers("the cluster is killed");
        }
        List<Incarnation> all = registry.living();
        all.forEach(worker -> stopSequence.kill(worker, "the cluster is killed"));
    }

    IllegalStateException refusal() {
        return new IllegalStateException(stopped ? "the cluster has stopped" : "the cluster is stopping");
    }

    void completeIfDone() {
        if (isStarting() && registry.slots().stream().allMatch(slot -> !slot.wanted || slot.isFilled())) {
            starters.complete(null);
        }
        if (stopping && registry.isEmpty() && !delay.isSet()) {
            if (!stopped) {
                stopped = true;
                registry.listener.stopped();
                starters.fail(failure != null ? failure
                        : new StartFailure("stopped before all workers were ready", null, null));
            }
            stoppers.complete(null);
        }
    }
}
