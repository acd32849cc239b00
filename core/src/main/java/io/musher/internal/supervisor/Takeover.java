package io.musher.internal.supervisor;

import io.musher.WorkerState;
import io.musher.balancer.loop.Nullable;
import java.time.Duration;

/**
 * Hands a slot over from the serving worker to its replacement. Both serve during the overlap of the reload policy,
 * because a fresh process is slow at first; then the predecessor is stopped.
 *
 * <pre>
 * ready ─▶ overlap ─elapsed, predecessor lost, notReady or released──▶ the replacement serves, the predecessor stops
 *           ▲  │ └─replacement lost, stopped or killed───────────────▶ the predecessor keeps the slot
 *   ready() │  ▼ notReady(), port refuses, check fails
 *          waits ─startTimeout───────────────────────────────────────▶ the replacement stops, as if it was lost
 * </pre>
 *
 * The slot refers to the replacement as {@code starting} until the end of the overlap. So whatever ends a replacement
 * that still boots ends it in its overlap, too, and the rollout, the recycling or the caller of {@code restart()} goes
 * on when the predecessor has left.
 */
final class Takeover {

    private final WorkerRegistry registry;
    private final StopSequence stopSequence;
    private final RolloutPlan rollout;
    private final Duration overlap;

    Takeover(WorkerRegistry registry, StopSequence stopSequence, RolloutPlan rollout) {
        this.registry = registry;
        this.stopSequence = stopSequence;
        this.rollout = rollout;
        this.overlap = registry.config.reload().overlap();
    }

    /** The worker is ready for the first time, and published as a target if it has a predecessor that serves. */
    void ready(Incarnation worker, String why) {
        Slot slot = worker.slot;
        if (!needsOverlap(slot)) {
            Incarnation old = install(worker);
            registry.publish();
            slot.readyFutures.complete(worker); // after publish(): callers may connect at once
            registry.listener.ready(worker, why);
            stop(old, worker);
            return;
        }
        registry.publish();
        registry.listener.ready(worker, why);
        begin(worker);
    }

    private boolean needsOverlap(Slot slot) {
        return !overlap.isZero()
                && slot.servingWorker().filter(worker -> worker.state() == WorkerState.READY).isPresent();
    }

    private void begin(Incarnation worker) {
        worker.slot.overlapTimer.set(overlap, () -> {
            if (worker.slot.starting == worker && worker.state() == WorkerState.READY) {
                complete(worker);
            }
        });
    }

    /** The overlap begins anew: the replacement may be as cold as before. */
    void readyAgain(Incarnation worker) {
        if (isInOverlap(worker)) {
            worker.startTimer.cancel();
            begin(worker);
        }
    }

    /** The predecessor goes on serving until the replacement is ready again. */
    void notReady(Incarnation worker, Runnable onStartTimeout) {
        if (isInOverlap(worker)) {
            worker.slot.overlapTimer.cancel();
            worker.startTimer.setTimeout(registry.config.startTimeout(), onStartTimeout);
        }
    }

    private static boolean isInOverlap(Incarnation worker) {
        return worker.slot.starting == worker && worker.wasReady();
    }

    /** Ends the overlaps whose predecessor no longer serves; called after each input. */
    void advance() {
        for (Slot slot : registry.slots()) {
            Incarnation worker = slot.starting;
            if (worker != null && worker.wasReady() && worker.isWorking() && !slot.hasServingWorker()) {
                complete(worker);
            }
        }
    }

    private void complete(Incarnation worker) {
        worker.startTimer.cancel();
        Incarnation old = install(worker);
        worker.slot.readyFutures.complete(worker);
        stop(old, worker);
    }

    private @Nullable Incarnation install(Incarnation worker) {
        Incarnation old = worker.slot.install(worker);
        rollout.replacementInstalled(worker, old);
        return old;
    }

    private void stop(@Nullable Incarnation old, Incarnation worker) {
        if (old != null) {
            stopSequence.stop(old, "worker " + worker.id() + " replaces it");
        }
    }
}
