package io.musher.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ListenerThreadTest {

    private static final int LISTENERS = 200_000;

    @Test
    void shouldNeverBeInterruptedBetweenListeners() throws Exception {
        CompletableFuture<Integer> interrupted = new CompletableFuture<>();
        ListenerThread thread = new ListenerThread(() -> {
            int count = 0;
            for (int i = 0; i < LISTENERS; i++) {
                ListenerThread.listen(() -> {});
                count += Thread.currentThread().isInterrupted() ? 1 : 0;
            }
            interrupted.complete(count);
        }, "test");
        thread.start();
        while (!interrupted.isDone()) {
            thread.interrupt();
        }
        assertEquals(0, interrupted.get(20, TimeUnit.SECONDS));
    }

    @Test
    void shouldInterruptAListener() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        ListenerThread thread = new ListenerThread(() -> ListenerThread.listen(() -> {
            begun.complete(null);
            try {
                new CompletableFuture<>().get(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            } catch (Exception e) {
                interrupted.completeExceptionally(e);
            }
        }), "test");
        thread.start();
        begun.get(20, TimeUnit.SECONDS);
        thread.interrupt();
        assertEquals(true, interrupted.get(40, TimeUnit.SECONDS));
    }
}
