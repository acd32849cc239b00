package io.musher.internal.supervisor;

import java.time.Duration;

/** In a rollout: the time from the evidence of readiness of a worker until it gets traffic, once. */
final class SoakState {

    private final ResettableTimer timer;
    private boolean running;
    private boolean over;

    SoakState(ResettableTimer timer) {
        this.timer = timer;
    }

    /** Lets the worker run for a while. */
    void begin(Duration time, Runnable afterwards) {
        running = true;
        timer.set(time, () -> {
            running = false;
            over = true;
            afterwards.run();
        });
    }

    boolean isRunning() {
        return running;
    }

    boolean isOver() {
        return over;
    }

    void cancel() {
        timer.cancel();
    }
}
