package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.classdata.ClassDataCache;
import io.musher.internal.supervisor.Supervisor;

/**
 * Has the class data archive made when all workers have been ready for a while, so that making it competes with
 * nothing. Control thread only.
 */
final class ClassDataSchedule {

    private static final long CALM_NANOS = 10_000_000_000L;

    private final EventLoop control;
    private final ClassDataCache cache;
    private final Supervisor supervisor;
    private boolean scheduled;
    private boolean wasCalm;

    ClassDataSchedule(EventLoop control, ClassDataCache cache, Supervisor supervisor) {
        this.control = control;
        this.cache = cache;
        this.supervisor = supervisor;
    }

    /** A worker lists its classes from now on. */
    void recordingBegun() {
        wasCalm = false;
        if (!scheduled) {
            scheduled = true;
            control.schedule(CALM_NANOS / 2, this::check);
        }
    }

    private void check() {
        scheduled = false;
        if (!cache.isRecording()) {
            return;
        }
        boolean calm = supervisor.progress().isEmpty()
                && supervisor.workers().stream().allMatch(worker -> worker.state() == WorkerState.READY);
        if (calm && wasCalm) {
            cache.makeArchive();
            return;
        }
        wasCalm = calm;
        scheduled = true;
        control.schedule(CALM_NANOS, this::check);
    }
}
