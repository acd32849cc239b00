package io.musher.internal.dispatch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FutureExecutorTest {

    @Test
    void shouldRunInOrderOnOneThreadWhenNothingBlocks() throws Exception {
        FutureExecutor futureExecutor = new FutureExecutor("test", (task, nanos) -> true);
        List<Integer> order = new ArrayList<>(); // of one thread
        CompletableFuture<Void> end = new CompletableFuture<>();
        for (int i = 0; i < 10_000; i++) {
            int number = i;
            futureExecutor.execute(() -> order.add(number));
        }
        futureExecutor.execute(() -> end.complete(null));
        end.get(20, TimeUnit.SECONDS);
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i, order.get(i));
        }
        await("the thread ends").until(() -> futureExecutor.threads() == 0);
    }

    @Test
    void shouldGoOnWhenManyCompletionsWaitForOtherFutures() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            FutureExecutor futureExecutor = new FutureExecutor("test",
                    (task, nanos) -> timer.schedule(task, nanos, TimeUnit.NANOSECONDS) != null);
            int count = 4 * FutureExecutor.MAX_THREADS;
            List<CompletableFuture<Void>> inner = new ArrayList<>();
            List<CompletableFuture<Void>> outer = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                CompletableFuture<Void> awaited = new CompletableFuture<>();
                CompletableFuture<Void> done = new CompletableFuture<>();
                inner.add(awaited);
                outer.add(done);
                futureExecutor.execute(() -> {
                    awaited.join();
                    done.complete(null);
                });
            }
            inner.forEach(each -> futureExecutor.execute(() -> each.complete(null)));
            CompletableFuture.allOf(outer.toArray(CompletableFuture[]::new)).get(40, TimeUnit.SECONDS);
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    void shouldBoundTheThreadsOfCompletionsThatBlock() throws Exception {
        BlockingQueue<Runnable> checks = new LinkedBlockingQueue<>();
        FutureExecutor futureExecutor = new FutureExecutor("test", (task, nanos) -> checks.add(task));
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger started = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1000);
        for (int i = 0; i < 1000; i++) {
            futureExecutor.execute(() -> {
                started.incrementAndGet();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                done.countDown();
            });
        }
        while (futureExecutor.threads() < FutureExecutor.MAX_THREADS) { // time goes by
            int before = futureExecutor.threads();
            await("all threads block").pollInterval(Duration.ofMillis(1)).until(() -> started.get() == before);
            checks.poll(20, TimeUnit.SECONDS).run();
        }
        await("all threads block").until(() -> started.get() == FutureExecutor.MAX_THREADS);
        futureExecutor.execute(() -> {});
        assertEquals(FutureExecutor.MAX_THREADS, futureExecutor.threads());
        assertEquals(0, checks.size());
        release.countDown();
        assertEquals(true, done.await(20, TimeUnit.SECONDS));
        await("the threads end").until(() -> futureExecutor.threads() == 0);
    }

    @Test
    void shouldGoOnWhenTheClusterHasEnded() throws Exception {
        FutureExecutor futureExecutor = new FutureExecutor("test", (task, nanos) -> false);
        CompletableFuture<Void> awaited = new CompletableFuture<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        futureExecutor.execute(() -> {
            awaited.join();
            done.complete(null);
        });
        futureExecutor.execute(() -> awaited.complete(null));
        done.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldGoOnWhenTheClusterEndsWhileACompletionBlocks() throws Exception {
        EventLoop loop = new EventLoop("test-control", Ticker.system());
        loop.start();
        CountDownLatch checks = new CountDownLatch(1);
        FutureExecutor futureExecutor = new FutureExecutor("test", (task, nanos) -> loop.tryExecute(() -> {
            loop.schedule(TimeUnit.DAYS.toNanos(1), task);
            checks.countDown();
        }));
        CompletableFuture<Void> awaited = new CompletableFuture<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        futureExecutor.execute(() -> {
            awaited.join();
            done.complete(null);
        });
        futureExecutor.execute(() -> awaited.complete(null));
        checks.await();
        loop.close(); // its timers never run
        loop.join(20_000);
        futureExecutor.timersEnded();
        done.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldStopWhenManyCompletionsWaitForTheStop() throws Exception {
        int workers = FutureExecutor.QUICK_THREADS + 8;
        Cluster cluster = Cluster.builder().name("waited-for").command("sleep", "1000").instances(workers)
                .keepAlive(false).start();
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        cluster.workers().forEach(worker -> waits.add(worker.onExit().thenRun(() -> cluster.stop().join())));
        cluster.stop().get(40, TimeUnit.SECONDS);
        CompletableFuture.allOf(waits.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    }
}
