package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Starts and shuts down the whole cluster. A start is all or nothing; a stop completes when all workers have ended.
 *
 * <pre>
 * new ─start─▶ starting ─all ready─▶ running ─stop─▶ [preStopDelay] ─▶ stopping ─no worker left─▶ stopped
 *                  └──── a worker failed, or stop ────────────────────────┘
 * </pre>
 */
final class ClusterLifecycle {

    private final WorkerRegistry registry;
    private final ScaleController scaling;
    private final StopSequence stopSequence;
    private final KillSequence killSequence;
    private final RolloutPlan rollout;
    private final ResettableTimer delay;
    private final PendingFutures<Void> startFutures;
    private final PendingFutures<Void> stopFutures;
    /** Futures whose requests are still being prepared; they fail when the cluster stops. */
    private final Set<CompletableFuture<?>> expected = new LinkedHashSet<>();
    private @Nullable StartFailure failure;
    private boolean stopping;
    private boolean stopped;

    ClusterLifecycle(WorkerRegistry registry, ScaleController scaling, StopSequence stopSequence,
            KillSequence killSequence, RolloutPlan rollout) {
        this.registry = registry;
        this.scaling = scaling;
        this.stopSequence = stopSequence;
        this.killSequence = killSequence;
        this.rollout = rollout;
        this.delay = registry.newTimer();
        this.startFutures = new PendingFutures<>(registry.actions);
        this.stopFutures = new PendingFutures<>(registry.actions);
    }

    boolean isStarting() {
        return !startFutures.isEmpty() && !stopping;
    }

    boolean isStopping() {
        return stopping;
    }

    void start(int instances, CompletableFuture<Void> future) {
        startFutures.add(future);
        scaling.start(instances);
    }

    /** Stops the cluster because a worker was lost before all workers were ready. */
    void startFailed(Incarnation worker, String why, @Nullable Throwable cause) {
        failure = new StartFailure(worker.label() + ": " + why, worker, cause);
        stop("the start failed: " + failure.getMessage());
    }

    void expect(CompletableFuture<?> future) {
        expected.add(future);
    }

    void stopExpecting(CompletableFuture<?> future) {
        expected.remove(future);
    }

    void stop(CompletableFuture<Void> future) {
        stopFutures.add(future);
        stop("the cluster stops");
    }

    private void stop(String why) {
        if (stopping) {
            return;
        }
        stopping = true;
        stopSequence.skipPreStopDelay();
        IllegalStateException refusal = refusal();
        expected.forEach(future -> PendingFutures.fail(registry.actions, future, refusal));
        expected.clear();
        rollout.failPending(refusal);
        scaling.failPending(refusal);
        for (Slot slot : registry.slots()) {
            slot.readyFutures.fail(refusal);
            scaling.markUnwanted(slot, why);
            if (slot.starting != null && !slot.starting.wasReady()) {
                stopSequence.stop(slot.starting, why);
            }
        }
        boolean serving = registry.slots().stream().anyMatch(Slot::hasServingWorker);
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

    /** Kills all workers at once, without waiting for preStopDelay or drain. */
    void killAll() {
        stop("the cluster is killed");
        if (delay.isSet()) {
            delay.cancel();
            stopAllWorkers("the cluster is killed");
        }
        registry.living().forEach(worker -> killSequence.kill(worker, "the cluster is killed"));
    }

    IllegalStateException refusal() {
        return new IllegalStateException(stopped ? "the cluster has stopped" : "the cluster is stopping");
    }

    void completeIfDone() {
        if (isStarting() && registry.slots().stream().allMatch(slot -> !slot.wanted || slot.hasServingWorker())) {
            startFutures.complete(null);
        }
        if (stopping && registry.isEmpty() && !delay.isSet()) {
            if (!stopped) {
                stopped = true;
                registry.listener.stopped();
                startFutures.fail(failure != null ? failure
                        : new StartFailure("stopped before all workers were ready", null, null));
            }
            stopFutures.complete(null);
        }
    }
}
