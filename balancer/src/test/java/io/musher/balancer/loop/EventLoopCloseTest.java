package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopCloseTest {

    private EventLoop loop;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop("loop-that-closes", Ticker.system());
    }

    @AfterEach
    void close() {
        loop.close();
        assertTrue(loop.join(10_000), "the loop's thread has ended");
    }

    @Test
    void shouldRejectTasksOnceClosed() {
        loop.start();
        loop.close();
        assertTrue(loop.join(10_000));

        AtomicInteger ran = new AtomicInteger();
        RejectedExecutionException e = assertThrows(RejectedExecutionException.class,
                () -> loop.execute(ran::incrementAndGet));

        assertTrue(e.getMessage().contains("loop-that-closes"), e.getMessage());
        assertTrue(loop.isClosed());
        assertEquals(0, ran.get());
    }

    @Test
    void shouldRunWhatWasQueuedBeforeTheClose() throws Exception {
        loop.start();
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        loop.execute(() -> awaitQuietly(go));
        for (int i = 0; i < 100; i++) {
            loop.execute(ran::incrementAndGet);
        }

        loop.close();
        assertFalse(loop.isClosed(), "it is still at work");
        go.countDown();
        assertTrue(loop.join(10_000));

        assertEquals(100, ran.get());
    }

    @Test
    void shouldCloseFromInsideAndStillRunWhatFollows() {
        loop.start();
        CompletableFuture<String> later = new CompletableFuture<>();
        loop.execute(() -> {
            loop.close();
            loop.execute(() -> later.complete("ran"));
        });

        assertTrue(loop.join(10_000));

        assertEquals("ran", later.getNow("lost"));
        assertTrue(loop.isClosed());
    }

    @Test
    void shouldBearToBeClosedTwiceFromManyThreads() throws Exception {
        loop.start();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                loop.close();
                loop.close();
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertTrue(loop.join(10_000));
        loop.close();

        assertTrue(loop.isClosed());
    }

    @Test
    void shouldCloseBeforeItWasStarted() {
        loop.close();
        loop.close();

        assertTrue(loop.isClosed());
        assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    }

    @Test
    void shouldEndQuietlyWhenStartedAfterItsClose() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            loop.close();
            loop.start();
            assertTrue(loop.join(10_000));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }

        assertEquals(List.of(), uncaught);
    }

    @Test
    void shouldNeitherLoseNorDoubleATaskThatMeetsTheClose() throws Exception {
        for (int round = 0; round < 40; round++) {
            EventLoop closing = new EventLoop("loop-in-round-" + round, Ticker.system());
            closing.start();
            List<Racer> racers = List.of(new Racer(closing), new Racer(closing), new Racer(closing));
            racers.forEach(Thread::start);
            for (Racer racer : racers) {
                racer.underWay.await(30, TimeUnit.SECONDS);
            }

            closing.close();

            assertTrue(closing.join(10_000));
            for (Racer racer : racers) {
                racer.join();
                assertEquals(racer.accepted, racer.ran.get(), "accepted tasks that ran, in round " + round);
            }
        }
    }

    /** Hands in tasks until one is refused. */
    private static final class Racer extends Thread {
        private final EventLoop loop;
        private final CountDownLatch underWay = new CountDownLatch(1);
        private final AtomicInteger ran = new AtomicInteger();
        private int accepted;

        Racer(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void run() {
            try {
                while (true) {
                    loop.execute(ran::incrementAndGet);
                    accepted++;
                    if (accepted == 10) {
                        underWay.countDown();
                    }
                    while (accepted - ran.get() > 20 && !loop.isClosed()) {
                        Thread.onSpinWait(); // a short queue, so that the end comes soon
                    }
                }
            } catch (RejectedExecutionException e) {
                underWay.countDown();
            }
        }
    }

    @Test
    void shouldCloseItsChannelsAtTheEnd() throws Exception {
        loop.start();
        PipeSource registered = new PipeSource(loop, PipeSource::read);
        PipeSource discarded = new PipeSource(loop, PipeSource::read);
        try {
            CompletableFuture.runAsync(() -> {
                registered.register();
                discarded.register();
                discarded.discard();
                loop.close();
            }, loop).get(30, TimeUnit.SECONDS);

            assertTrue(loop.join(10_000));

            assertFalse(registered.isOpen(), "a registered channel is open");
            assertFalse(discarded.isOpen(), "a discarded channel is open");
        } finally {
            registered.close();
            discarded.close();
        }
    }

    @Test
    void shouldNotWaitForItselfInJoin() throws Exception {
        loop.start();

        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> loop.join(60_000), loop);

        assertFalse(ended.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldGiveUpJoiningAtTheDeadline() {
        loop.start();

        assertFalse(loop.join(20));
    }

    @Test
    void shouldKeepTheInterruptOfAThreadThatJoins() throws Exception {
        loop.start();
        CountDownLatch go = new CountDownLatch(1);
        loop.execute(() -> awaitQuietly(go));
        Thread.currentThread().interrupt();

        boolean ended = loop.join(50);
        boolean interrupted = Thread.interrupted();
        go.countDown();

        assertFalse(ended);
        assertTrue(interrupted, "the interrupt is kept for the caller");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
