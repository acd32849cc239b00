package io.musher.balancer;

import io.musher.balancer.loop.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/** Lets single connections through to an ejected target, to test whether it answers. Thread-safe. */
final class Trials {

    private static final long INTERVAL = 500_000_000;

    private final Ticker ticker;
    private final AtomicLong last = new AtomicLong();
    private volatile boolean running;

    Trials(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Begins trials, the first of which is due at once. */
    void begin() {
        last.set(ticker.nanos() - INTERVAL);
        running = true;
    }

    void end() {
        running = false;
    }

    boolean isRunning() {
        return running;
    }

    /** {@return whether a connection must wait, because trials are running and the next is not due} */
    boolean isPausing() {
        return running && ticker.nanos() - last.get() < INTERVAL;
    }

    /** {@return whether a connection may be made: there are no trials, or it is the next} */
    boolean acquire() {
        if (!running) {
            return true;
        }
        long former = last.get();
        long now = ticker.nanos();
        return now - former >= INTERVAL && last.compareAndSet(former, now);
    }
}
