package io.musher;

import io.musher.balancer.loop.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Looks after the events thread while it is busy, and only then: a listener that runs longer than 5 s is logged. */
final class SlowListeners {

    private static final long SECONDS = 5;

    private final Events events;
    private final EventLoop control;
    private volatile boolean watching;

    SlowListeners(Events events, EventLoop control) {
        this.events = events;
        this.control = control;
        events.whenBusy(this::begin);
    }

    private void begin() {
        if (!watching) {
            watching = true;
            try {
                control.execute(() -> lookLater(events.steps()));
            } catch (RejectedExecutionException e) {
                watching = true; // the cluster has ended
            }
        }
    }

    private void lookLater(long before) {
        control.schedule(TimeUnit.SECONDS.toNanos(SECONDS), () -> look(before));
    }

    private void look(long before) {
        if (!events.isBusy()) {
            watching = false;
            if (!events.isBusy()) { // else something came between the two, and found us watching
                return;
            }
            watching = true;
        }
        long now = events.steps();
        if (now == before) {
            events.complain(SECONDS);
        }
        lookLater(now);
    }
}
