package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A running loop whose time a test moves. */
final class LoopWithClock {

    static final long SECOND = 1_000_000_000;

    final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 3 * SECOND); // overflows on the way
    final AtomicLong clockReads = new AtomicLong();
    final EventLoop loop;

    LoopWithClock() throws IOException {
        loop = new EventLoop("loop-under-test", () -> {
            clockReads.incrementAndGet();
            return clock.get();
        });
        loop.start();
    }

    void onLoop(Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop).get(30, TimeUnit.SECONDS);
    }

    /** Two turns: the first may have looked at its timers before the clock moved. What was due or queued has run. */
    void settle() throws Exception {
        onLoop(() -> {});
        onLoop(() -> {});
    }

    void pass(long nanos) throws Exception {
        clock.addAndGet(nanos);
        settle();
    }

    void close() {
        loop.close();
        assertTrue(loop.join(10_000), "the loop's thread has ended");
    }
}
