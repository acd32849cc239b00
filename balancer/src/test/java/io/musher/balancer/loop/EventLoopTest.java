package io.musher.balancer.loop;

import static io.musher.balancer.loop.LoopWithClock.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tasks; timers are {@link EventLoopTimersTest}'s, channels {@link EventLoopChannelsTest}'s, the end is {@link
 * EventLoopCloseTest}'s.
 */
class EventLoopTest {

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
    void shouldRunTasksInTheOrderOfTheCalls() throws Exception {
        List<Integer> ran = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int n = i;
            expected.add(n);
            loop.execute(() -> ran.add(n));
        }

        fixture.settle();

        assertEquals(expected, ran);
    }

    @Test
    void shouldRunATasksOwnTaskAfterThoseThatWereThereBefore() throws Exception {
        List<String> ran = new ArrayList<>();
        fixture.onLoop(() -> {
            loop.execute(() -> {
                ran.add("first");
                loop.execute(() -> ran.add("child"));
            });
            loop.execute(() -> ran.add("second"));
        });

        fixture.settle();

        assertEquals(List.of("first", "second", "child"), ran);
    }

    @Test
    void shouldWakeForATaskWheneverItSleeps() throws Exception {
        for (int i = 0; i < 3000; i++) { // there is no timer: a lost wake-up hangs here
            fixture.settle();
        }
    }

    @Test
    void shouldWakeForTasksOfManyThreads() throws Exception {
        CountDownLatch all = new CountDownLatch(4 * 500);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int n = 0; n < 500; n++) {
                    CompletableFuture<Void> ran = new CompletableFuture<>();
                    loop.execute(() -> ran.complete(null));
                    ran.join();
                    all.countDown();
                }
            }));
        }
        threads.forEach(Thread::start);

        assertTrue(all.await(30, TimeUnit.SECONDS), "every task ran");
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void shouldGoOnAfterATaskOrTimerThatThrows() throws Exception {
        List<String> ran = new ArrayList<>();
        fixture.onLoop(() -> {
            loop.execute(() -> {
                throw new IllegalStateException("a task on purpose");
            });
            loop.execute(() -> {
                throw new AssertionError("an error on purpose");
            });
            loop.schedule(0, () -> {
                throw new IllegalStateException("a timer on purpose");
            });
            loop.schedule(0, () -> ran.add("timer"));
            loop.execute(() -> ran.add("task"));
        });

        fixture.settle();

        assertTrue(ran.containsAll(List.of("timer", "task")), () -> "ran " + ran);
        assertFalse(loop.isClosed());
    }

    @Test
    void shouldTellTheTimeOfTheTurn() throws Exception {
        CompletableFuture<Long> seen = new CompletableFuture<>();
        fixture.clock.addAndGet(SECOND);

        loop.execute(() -> seen.complete(loop.now()));

        assertEquals(fixture.clock.get(), seen.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldKnowItsOwnThread() throws Exception {
        CompletableFuture<String> inside = new CompletableFuture<>();
        loop.execute(() -> inside.complete(loop.inLoop() + " " + Thread.currentThread().getName() + " "
                + Thread.currentThread().isDaemon()));

        assertEquals("true loop-under-test true", inside.get(30, TimeUnit.SECONDS));
        assertFalse(loop.inLoop());
    }

    @Test
    void shouldNoticeACallFromTheWrongThread() {
        assertThrows(AssertionError.class, () -> loop.schedule(1, () -> {}));
        assertThrows(AssertionError.class, () -> loop.cancel(null));
        assertThrows(AssertionError.class, () -> loop.handlers());
    }
}
