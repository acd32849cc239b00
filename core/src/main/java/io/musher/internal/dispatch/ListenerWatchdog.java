package io.musher.internal.dispatch;

import io.musher.balancer.loop.EventLoop;
import java.util.concurrent.TimeUnit;

/** Logs a listener that runs longer than 5 s. Checks the events thread only while it is busy. */
public final class ListenerWatchdog {

    private static final long SECONDS = 5;

    private final ListenerExecutor eventThread;
    private final EventLoop control;
    private volatile boolean watching;

    /** Creates a watchdog that checks on the control thread. */
    public ListenerWatchdog(ListenerExecutor eventThread, EventLoop control) {
        this.eventThread = eventThread;
        this.control = control;
    }

    /** Starts to watch. */
    public void start() {
        eventThread.whenBusy(this::begin);
    }

    private void begin() {
        if (!watching) {
            watching = true; // for good if the cluster has ended
            control.tryExecute(() -> scheduleCheck(eventThread.steps()));
        }
    }

    private void scheduleCheck(long before) {
        control.schedule(TimeUnit.SECONDS.toNanos(SECONDS), () -> check(before));
    }

    private void check(long before) {
        if (!eventThread.isBusy()) {
            watching = false;
            if (!eventThread.isBusy()) { // otherwise a delivery began in between, and saw that a check is scheduled
                return;
            }
            watching = true;
        }
        long now = eventThread.steps();
        if (now == before) {
            eventThread.logSlow(SECONDS);
        }
        scheduleCheck(now);
    }
}
