package io.musher.balancer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A balancer one of whose event loops dies, as it may for lack of memory. */
@Timeout(60)
class FailedLoopTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldCloseAndSayWhyWhenAnEventLoopFails(int loops) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Target target = new Target("a", (InetSocketAddress) server.getLocalSocketAddress());
            Balancer balancer = Balancer.builder().name("doomed").host("127.0.0.1").port(0).loops(loops)
                    .targets(List.of(target)).start();
            try (Socket client = new Socket(balancer.address().getAddress(), balancer.address().getPort());
                    Socket relayed = server.accept()) {
                balancer.updateTargets(List.of()).get(20, TimeUnit.SECONDS);
                CompletableFuture<Integer> drained = balancer.drain("a", Duration.ofDays(1));
                kill(balancer);
                assertFails(balancer.closed(), "doomed: closed because an event loop failed");
                assertFails(balancer.shutdown(Duration.ofMinutes(1)), "an event loop failed");
                assertFails(balancer.updateTargets(List.of()), "is closed");
                await("the drain's future").until(drained::isDone);
                assertThrows(IOException.class,
                        () -> new Socket(balancer.address().getAddress(), balancer.address().getPort()).close());
                assertTrue(relayed.isConnected() && client.isConnected(), "they were used");
            }
            balancer.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldLeaveAChannelOpenThatIsNotItsOwn(int loops) throws Exception {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            channel.bind(new InetSocketAddress("127.0.0.1", 0));
            Balancer balancer = Balancer.builder().name("doomed").loops(loops).listeningChannel(channel)
                    .targets(List.of(new Target("a", new InetSocketAddress("127.0.0.1", 1)))).start();
            kill(balancer);
            assertFails(balancer.closed(), "an event loop failed");
            balancer.close();
            try (SocketChannel client = SocketChannel.open(channel.getLocalAddress());
                    SocketChannel accepted = channel.accept()) {
                assertTrue(client.isConnected() && accepted != null, "the next one accepts it");
            }
        }
    }

    private static void assertFails(CompletableFuture<?> future, String why) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS));
        assertTrue(failure.getCause() instanceof IllegalStateException && failure.getMessage().contains(why),
                failure::toString);
    }

    /** Takes the last loop's timers away, which no loop survives. */
    private static void kill(Balancer balancer) throws ReflectiveOperationException {
        Field loops = Balancer.class.getDeclaredField("loops");
        loops.setAccessible(true);
        List<LoopContext> contexts = ((LoopGroup) loops.get(balancer)).contexts();
        EventLoop last = contexts.get(contexts.size() - 1).loop;
        Field timers = EventLoop.class.getDeclaredField("timers");
        timers.setAccessible(true);
        last.execute(() -> { // from another thread, the loop might fail before it gets a task that wakes it
            try {
                timers.set(last, null);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        });
    }
}
