package io.musher.balancer.loop;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** An event loop that is run by a borrowing thread. */
class EventLoopOwnershipTest {

    /** Leads whenever it can, and does what it is given. */
    private static final class Working implements EventLoop.BorrowingThread {
        final Queue<Runnable> jobs = new ConcurrentLinkedQueue<>();
        final AtomicInteger turnsAsBorrower = new AtomicInteger();
        final Thread thread;
        private final EventLoop loop;
        private volatile boolean over;

        Working(EventLoop loop) {
            this.loop = loop;
            thread = new Thread(() -> {
                while (!over && !loop.isClosed()) {
                    turnsAsBorrower.incrementAndGet();
                    loop.lend(this);
                    work();
                }
            }, "guest");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public boolean hasWork() {
            return !jobs.isEmpty() || over;
        }

        @Override
        public boolean work() {
            for (Runnable job; (job = jobs.poll()) != null;) {
                job.run();
            }
            return !over;
        }

        void give(Runnable job) {
            jobs.add(job);
            loop.execute(() -> {});
        }

        void awaitBorrowing() {
            await("the guest to run the loop")
                    .until(() -> CompletableFuture.supplyAsync(Thread::currentThread, loop).get(10,
                            TimeUnit.SECONDS) == thread);
        }

        void end() throws InterruptedException {
            over = true;
            loop.execute(() -> {});
            thread.join(10_000);
            assertFalse(thread.isAlive(), "the guest has left");
        }
    }

    private EventLoop loop;
    private Thread own;
    private Working guest;

    @BeforeEach
    void start() throws Exception {
        loop = new EventLoop("loop-with-guest", Ticker.system());
        loop.start();
        own = CompletableFuture.supplyAsync(Thread::currentThread, loop).get(10, TimeUnit.SECONDS);
        guest = new Working(loop);
        guest.awaitBorrowing();
    }

    @AfterEach
    void close() throws Exception {
        loop.close();
        assertTrue(loop.join(10_000), "the loop's thread has ended");
        guest.thread.join(10_000);
        assertFalse(guest.thread.isAlive(), "the guest's thread has ended");
    }

    private <T> T onLoop(java.util.function.Supplier<T> task) throws Exception {
        return CompletableFuture.supplyAsync(task, loop).get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldRunTasksAndTimersOnTheGuestsThread() throws Exception {
        assertTrue(onLoop(loop::inLoop));
        CompletableFuture<Thread> timer = new CompletableFuture<>();
        loop.execute(() -> loop.schedule(1, () -> timer.complete(Thread.currentThread())));
        assertSame(guest.thread, timer.get(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldDoTheGuestsWorkInTheTurnThatBroughtIt() throws Exception {
        CompletableFuture<Thread> worked = new CompletableFuture<>();
        guest.give(() -> worked.complete(Thread.currentThread()));
        assertSame(guest.thread, worked.get(10, TimeUnit.SECONDS));
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
        guest.give(() -> inLoop.complete(loop.inLoop()));
        assertFalse(inLoop.get(10, TimeUnit.SECONDS), "the loop may be lost at any moment of its work");
    }

    /** Nothing else wakes the loop: no channel, no timer, no other thread. */
    @Test
    void shouldDoWorkThatATaskGivesOnTheGuestsThread() throws Exception {
        for (int i = 0; i < 100; i++) {
            CompletableFuture<Thread> worked = new CompletableFuture<>();
            loop.execute(() -> guest.jobs.add(() -> worked.complete(Thread.currentThread())));
            assertSame(guest.thread, worked.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldGoOnWithoutAGuestThatWorksForLong() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        guest.give(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (int i = 0; i < 100; i++) {
            assertSame(own, onLoop(Thread::currentThread));
        }
        release.countDown();
        guest.awaitBorrowing();
        assertTrue(guest.turnsAsBorrower.get() > 1, "it had lost the loop");
    }

    @Test
    void shouldLetAGuestWaitForATaskOfTheLoop() throws Exception {
        CompletableFuture<Thread> waited = new CompletableFuture<>();
        guest.give(() -> waited.complete(CompletableFuture.supplyAsync(Thread::currentThread, loop).join()));
        assertSame(own, waited.get(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldGoOnAfterAGuestHasLeft() throws Exception {
        guest.end();
        assertSame(own, onLoop(Thread::currentThread));
        assertTrue(onLoop(loop::inLoop));
    }

    @Test
    void shouldGoOnAfterAGuestThatThrows() throws Exception {
        guest.give(() -> {
            throw new IllegalStateException("on purpose");
        });
        assertNotSame(null, onLoop(Thread::currentThread));
        guest.awaitBorrowing();
    }

    @Test
    void shouldCloseWhileAGuestWorks() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        guest.give(() -> {
            working.countDown();
            LockSupport.parkNanos(1);
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(working.await(10, TimeUnit.SECONDS));
        loop.close();
        assertTrue(loop.join(10_000), "nobody waits for a guest");
        release.countDown();
    }

    @Test
    void shouldNotWakeWhileNothingHappens() throws Exception {
        AtomicInteger states = new AtomicInteger();
        await("the loop's own thread to sleep without a time limit")
                .until(() -> own.getState() == Thread.State.WAITING);
        onLoop(() -> 0);
        guest.give(states::incrementAndGet);
        await().until(() -> states.get() == 1);
        await("it sleeps again").until(() -> own.getState() == Thread.State.WAITING);
        assertSame(guest.thread, onLoop(Thread::currentThread));
    }

    /** Whichever thread runs the loop, one thread at a time is in the loop, and every task runs once. */
    @RepeatedTest(3)
    void shouldRunEveryTaskOnceWhoeverLeads() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        int[] ran = new int[1]; // the loop's
        for (int i = 0; i < 20_000; i++) {
            loop.execute(() -> {
                together.addAndGet(inside.incrementAndGet() - 1);
                ran[0]++;
                inside.decrementAndGet();
            });
            if (i % 100 == 0) {
                long nanos = ThreadLocalRandom.current().nextLong(3_000_000);
                guest.give(() -> LockSupport.parkNanos(nanos));
            }
        }
        assertEquals(20_000, onLoop(() -> ran[0]));
        assertEquals(0, together.get());
    }
}
