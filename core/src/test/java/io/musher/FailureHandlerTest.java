package io.musher;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.EventLoop;
import java.lang.reflect.Field;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The control thread of a cluster dies. */
@DisabledOnOs(OS.WINDOWS)
class FailureHandlerTest {

    @Test
    void shouldKillTheWorkersAndFailAllFuturesWhenTheControlThreadDies() throws Exception {
        List<ClusterEvent> last = new CopyOnWriteArrayList<>();
        try (Cluster cluster = Cluster.builder().name("doomed").command("sleep", "60").instances(2).keepAlive(false)
                .restartPolicy(RestartPolicy.always()).on(ClusterEvent.Stopped.class, last::add).start()) {
            List<Worker> workers = cluster.workers();
            Worker worker = workers.get(0);
            List<ProcessHandle> processes = workers.stream()
                    .map(each -> ProcessHandle.of(each.pid().orElseThrow()).orElseThrow())
                    .toList();
            List<CompletableFuture<?>> futures = new ArrayList<>(
                    List.of(worker.onExit(), cluster.fork().thenCompose(Worker::onExit)));
            await("the third").until(() -> cluster.workers().size() == 3);
            Worker third = cluster.workers().get(2);
            futures.add(third.request("are you there?", Duration.ofMinutes(10)));
            while (third.send(new byte[1 << 20])) {
                continue;
            }
            if (third.isConnected()) { // a command of which no hello is expected any more, after a second
                futures.add(third.writable());
            }

            die(cluster);

            cluster.awaitStop();
            futures.add(cluster.stop());
            futures.add(cluster.scale(3));
            futures.add(cluster.fork());
            for (int i = 0; i < futures.size(); i++) {
                CompletableFuture<?> each = futures.get(i);
                assertThrows(ExecutionException.class, () -> each.get(20, TimeUnit.SECONDS), "future " + i);
            }
            assertInstanceOf(IllegalStateException.class,
                    assertThrows(ExecutionException.class, () -> cluster.stop().get()).getCause());
            processes.forEach(process -> await("its end").until(() -> !process.isAlive()));
            await("the last event").until(() -> last.size() == 1);
            assertTrue(last.get(0).reason().contains("failure"), last::toString);
            assertEquals(false, third.send("more"));
        }
        Cluster.builder().name("doomed").command("sleep", "60").instances(1).keepAlive(false)
                .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ZERO)).start().close(); // the name is free again
    }

    private static void die(Cluster cluster) throws ReflectiveOperationException, java.io.IOException {
        Field parts = Cluster.class.getDeclaredField("resources");
        parts.setAccessible(true);
        Field selector = EventLoop.class.getDeclaredField("selector");
        selector.setAccessible(true);
        ((Selector) selector.get(((ClusterResources) parts.get(cluster)).control())).close();
    }
}
