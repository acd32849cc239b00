package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptorTest {

    private static final int MOST_CLIENTS = 8; // with so few descriptors

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReportTheEndOfAPauseWhenItIsStoppedWhilePaused(boolean backlog) throws Exception {
        RecordingBalancerListener listener = new RecordingBalancerListener();
        Limits limits = new Limits(0, 0, 0, 40);
        for (int i = 0; i < MOST_CLIENTS; i++) {
            limits.clientOpened();
        }
        EventLoop loop = new EventLoop("paused", Ticker.system());
        loop.start();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0)).configureBlocking(false);
            Acceptor acceptor = new Acceptor("paused", loop, limits, listening, true, null, listener,
                    client -> {});
            onLoop(loop, acceptor::start);
            try (SocketChannel client = SocketChannel.open(listening.getLocalAddress())) {
                BalancerFixture.await("the pause", () -> listener.lines().equals(List.of("accepting paused")));
                assertTrue(client.isConnected(), "it waits in the kernel's backlog");

                onLoop(loop, () -> acceptor.stop(backlog));

                assertEquals(List.of("accepting paused", "accepting again"), listener.lines());
            }
        } finally {
            loop.close();
            assertTrue(loop.join(10_000), "the loop's thread has ended");
        }
    }

    private static void onLoop(EventLoop loop, Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop).get(30, TimeUnit.SECONDS);
    }
}
