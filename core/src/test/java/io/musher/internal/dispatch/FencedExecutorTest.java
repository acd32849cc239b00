package io.musher.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FencedExecutorTest {

    private final List<String> done = new ArrayList<>();
    private final FencedExecutor executor = new FencedExecutor(Runnable::run);

    private void execute(String task) {
        executor.execute(() -> done.add(task));
    }

    @Test
    void shouldPassOnAtOnceWhatFollowsNoPendingFence() {
        executor.fence(CompletableFuture.completedFuture(null));
        execute("first");
        assertEquals(List.of("first"), done);
    }

    @Test
    void shouldKeepTheOrderWhenFencesOpenInAnyOrder() {
        CompletableFuture<Void> one = new CompletableFuture<>();
        CompletableFuture<Void> two = new CompletableFuture<>();
        execute("before");
        executor.fence(one);
        execute("behind one");
        executor.fence(two);
        execute("behind two");
        two.complete(null);
        execute("behind both");
        assertEquals(List.of("before"), done);
        one.completeExceptionally(new IllegalStateException("closed"));
        execute("after");
        assertEquals(List.of("before", "behind one", "behind two", "behind both", "after"), done);
    }
}
