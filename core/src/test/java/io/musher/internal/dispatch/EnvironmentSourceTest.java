package io.musher.internal.dispatch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EnvironmentSourceTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final AtomicInteger calls = new AtomicInteger();
    private final Semaphore returns = new Semaphore(0);
    private EventLoop control;

    @BeforeEach
    void open() throws IOException {
        control = new EventLoop("control", Ticker.system());
        control.start();
    }

    @AfterEach
    void close() {
        returns.release(1_000);
        control.close();
    }

    /** Returns its number, when it may. */
    private Map<String, String> count() {
        int call = calls.incrementAndGet();
        returns.acquireUninterruptibly();
        return Map.of("CALL", Integer.toString(call));
    }

    private EnvironmentSource source(Supplier<Map<String, String>> supplier, Duration timeout) {
        return new EnvironmentSource("test", control, supplier, timeout);
    }

    private CompletableFuture<String> ask(EnvironmentSource source) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        control.execute(() -> source.request((variables, failure) -> {
            if (failure == null) {
                answer.complete(variables.get("CALL"));
            } else {
                answer.completeExceptionally(failure);
            }
        }));
        return answer;
    }

    private void awaitCalls(int number) {
        await("calls").atMost(Duration.ofSeconds(20)).until(() -> calls.get() == number);
    }

    private static String get(CompletableFuture<String> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldShareTheNextCallAmongThoseWhoAskMeanwhile() throws Exception {
        EnvironmentSource source = source(this::count, LONG);
        CompletableFuture<String> first = ask(source);
        awaitCalls(1);
        List<CompletableFuture<String>> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            others.add(ask(source));
        }
        returns.release(2);
        assertEquals("1", get(first));
        for (CompletableFuture<String> other : others) {
            assertEquals("2", get(other), "what was asked for after the request");
        }
        assertEquals(2, calls.get());
    }

    @Test
    void shouldNotWaitForACallThatHangs() throws Exception {
        CompletableFuture<Void> hang = new CompletableFuture<>();
        EnvironmentSource source = source(() -> {
            int call = calls.incrementAndGet();
            if (call == 1) {
                hang.join();
            }
            return Map.of("CALL", Integer.toString(call));
        }, Duration.ofMillis(50));
        CompletableFuture<String> first = ask(source);
        awaitCalls(1);
        CompletableFuture<String> second = ask(source);
        assertEquals("2", get(second));
        assertEquals("2", get(first), "fresher than what the first call may return one day");
        hang.complete(null);
        assertEquals("3", get(ask(source)));
    }

    @Test
    void shouldMakeFewCallsAtOnce() throws Exception {
        EnvironmentSource source = source(this::count, Duration.ofMillis(1));
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 1; i <= EnvironmentSource.MAX_CALLS; i++) {
            answers.add(ask(source));
            awaitCalls(i);
        }
        CompletableFuture<String> late = ask(source);
        CompletableFuture<Void> settled = new CompletableFuture<>();
        control.execute(() -> control.schedule(50_000_000, () -> settled.complete(null)));
        settled.get(20, TimeUnit.SECONDS);
        assertEquals(EnvironmentSource.MAX_CALLS, calls.get());
        returns.release(100);
        for (CompletableFuture<String> answer : answers) {
            get(answer);
        }
        assertEquals("5", get(late));
    }

    @Test
    void shouldTellThoseWhoAskedWhatTheSupplierThrew() throws Exception {
        EnvironmentSource source = source(() -> {
            if (calls.incrementAndGet() == 1) {
                throw new StackOverflowError();
            }
            return null;
        }, LONG);
        assertTrue(assertThrows(CompletionException.class, ask(source)::join).getCause() instanceof StackOverflowError);
        assertTrue(
                assertThrows(CompletionException.class, ask(source)::join).getCause() instanceof NullPointerException);
    }

    @Test
    void shouldEndWithTheCluster() {
        CompletableFuture<Void> interrupted = new CompletableFuture<>();
        EnvironmentSource source = source(() -> {
            calls.incrementAndGet();
            try {
                new Semaphore(0).acquire();
            } catch (InterruptedException e) {
                interrupted.complete(null);
            }
            return Map.of();
        }, LONG);
        CompletableFuture<String> answer = ask(source);
        awaitCalls(1);
        control.execute(source::end);
        interrupted.orTimeout(20, TimeUnit.SECONDS).join();
        CompletableFuture<String> late = ask(source);
        CompletableFuture<Void> after = CompletableFuture.runAsync(() -> {}, control);
        after.join();
        assertFalse(answer.isDone() || late.isDone());
        assertEquals(1, calls.get());
    }
}
