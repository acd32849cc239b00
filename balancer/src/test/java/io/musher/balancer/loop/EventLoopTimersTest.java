package io.musher.balancer.loop;

import static io.musher.balancer.loop.LoopWithClock.SECOND;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deadlines, and the sleep between them. */
class EventLoopTimersTest {

    private LoopWithClock fixture;
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        fixture = new LoopWithClock();
        loop = fixture.loop;
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldLetTimersRunBesideATaskThatQueuesItselfForEver() throws Exception {
        CountDownLatch timer = new CountDownLatch(1);
        fixture.onLoop(() -> loop.schedule(SECOND, timer::countDown));
        Runnable greedy = new Runnable() {
            @Override
            public void run() {
                if (timer.getCount() > 0) {
                    loop.execute(this);
                }
            }
        };
        loop.execute(greedy);

        fixture.clock.addAndGet(SECOND);

        assertTrue(timer.await(30, TimeUnit.SECONDS), "the timer ran");
    }

    @Test
    void shouldRunATimerWhenItsTimeHasComeAndNotBefore() throws Exception {
        List<String> ran = new ArrayList<>();
        fixture.onLoop(() -> {
            loop.schedule(2 * SECOND, () -> ran.add("b"));
            loop.schedule(SECOND, () -> ran.add("a"));
        });

        fixture.settle();
        assertEquals(List.of(), ran);
        fixture.pass(SECOND);
        assertEquals(List.of("a"), ran);
        fixture.pass(9 * SECOND);

        assertEquals(List.of("a", "b"), ran);
    }

    @Test
    void shouldNotRunACancelledTimer() throws Exception {
        List<String> ran = new ArrayList<>();
        fixture.onLoop(() -> {
            Timers.Timer timer = loop.schedule(SECOND, () -> ran.add("cancelled"));
            loop.schedule(SECOND, () -> ran.add("kept"));
            loop.cancel(timer);
            loop.cancel(null);
        });

        fixture.pass(SECOND);

        assertEquals(List.of("kept"), ran);
    }

    @Test
    void shouldWakeByItselfForATimer() throws Exception {
        EventLoop real = new EventLoop("loop-with-a-real-clock", Ticker.system());
        real.start();
        try {
            CountDownLatch ran = new CountDownLatch(1);
            long began = System.nanoTime();
            AtomicLong at = new AtomicLong();
            real.execute(() -> real.schedule(20_000_000, () -> {
                at.set(System.nanoTime());
                ran.countDown();
            }));

            assertTrue(ran.await(30, TimeUnit.SECONDS), "the timer ran");
            assertTrue(at.get() - began >= 20_000_000, "not before its time");
        } finally {
            real.close();
            assertTrue(real.join(10_000));
        }
    }

    @Test
    void shouldTakeTheLongestDelayForNever() throws Exception {
        List<String> ran = new ArrayList<>();

        fixture.onLoop(() -> loop.schedule(Long.MAX_VALUE, () -> ran.add("never")));
        fixture.settle();
        fixture.onLoop(() -> {
            loop.schedule(SECOND, () -> ran.add("soon"));
            fixture.clock.addAndGet(2 * SECOND); // now that one is overdue, further from the next than a long is wide
            loop.schedule(Long.MAX_VALUE, () -> ran.add("never either"));
        });
        fixture.settle();
        fixture.pass(3600 * SECOND);

        assertEquals(List.of("soon"), ran);
    }

    @Test
    void shouldNotTickWhileIdle() throws Exception {
        CompletableFuture<Long> thread = new CompletableFuture<>();
        fixture.onLoop(() -> {
            loop.schedule(3600 * SECOND, () -> {});
            thread.complete(Thread.currentThread().getId());
        });
        fixture.settle();
        awaitSleep();
        long reads = fixture.clockReads.get();
        long cpu = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.join());

        Thread.sleep(300); // the time observed

        assertEquals(reads, fixture.clockReads.get(), "each turn reads the clock, and there was none");
        long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.join()) - cpu;
        assertNotEquals(-1, cpu);
        assertTrue(used < 50_000_000, "nanoseconds of processor time: " + used);
    }

    @Test
    void shouldSleepOnAfterATaskHasInterruptedTheThread() throws Exception {
        fixture.onLoop(() -> Thread.currentThread().interrupt());
        fixture.settle();
        awaitSleep(); // an interrupted thread does not sleep in a selector, it spins
    }

    /** Every turn reads the clock. */
    private void awaitSleep() {
        AtomicLong before = new AtomicLong();
        await("no turn for a while").pollInterval(Duration.ofMillis(100)).until(() -> {
            long reads = fixture.clockReads.get();
            return before.getAndSet(reads) == reads;
        });
    }

    @Test
    void shouldReadWhatHasArrivedBeforeTimersRunWhenTheProcessWasHalted() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        AtomicLong due = new AtomicLong(Long.MAX_VALUE);
        PipeSource[] source = new PipeSource[1];
        Ticker halted = () -> { // after the deadline, before timers run: an hour passes, and something arrives
            long now = System.nanoTime();
            if (now - due.get() >= 0) {
                if (order.isEmpty()) {
                    order.add("arrival");
                    try {
                        source[0].write(1);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return now + 3600 * SECOND;
            }
            return now;
        };
        EventLoop stopped = new EventLoop("loop-halted", halted);
        try {
            stopped.start();
            source[0] = new PipeSource(stopped, its -> {
                its.read();
                order.add("read");
            });
            CompletableFuture<Void> judged = new CompletableFuture<>();
            stopped.execute(() -> {
                source[0].register();
                stopped.schedule(SECOND / 10, () -> {
                    order.add("timer");
                    judged.complete(null);
                });
                due.set(System.nanoTime() + SECOND / 10);
            });
            judged.get(30, TimeUnit.SECONDS);
            assertEquals(List.of("arrival", "read", "timer"), order);
        } finally {
            stopped.close();
            assertTrue(stopped.join(10_000));
            source[0].close();
        }
    }
}
