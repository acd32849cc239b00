package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BlackHole;
import io.musher.balancer.loop.Connector.Failure;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectorTest {

    private static final long MILLI = 1_000_000;

    private final LoopWithClock clock;
    private final List<String> outcomes = new CopyOnWriteArrayList<>();
    private SocketChannel channel;

    ConnectorTest() throws IOException {
        clock = new LoopWithClock();
    }

    @AfterEach
    void close() throws Exception {
        clock.onLoop(() -> assertTrue(clock.loop.handlers().isEmpty(), "no channel is left registered"));
        if (channel != null) {
            channel.close();
        }
        clock.close();
    }

    private final class Recording extends Connector {
        private final RuntimeException thrown;

        private Recording(RuntimeException thrown) {
            super(clock.loop);
            this.thrown = thrown;
        }

        @Override
        protected void connected(SocketChannel connected, SelectionKey registered) {
            channel = connected;
            outcomes.add("connected");
            if (registered != null) {
                registered.cancel();
            }
            if (thrown != null) {
                throw thrown;
            }
        }

        @Override
        protected void failed(Failure failure, Throwable cause) {
            outcomes.add(failure + ": " + cause.getMessage());
        }
    }

    private Connector start(InetSocketAddress address, long timeout, RuntimeException thrown) throws Exception {
        Connector connector = new Recording(thrown);
        clock.onLoop(() -> connector.start(address, timeout));
        return connector;
    }

    private static InetSocketAddress loopback(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
    }

    @Test
    void shouldConnect() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(loopback(0));
            start(loopback(server.getLocalPort()), 100 * MILLI, null);

            server.accept().close();

            assertEquals(List.of("connected"), outcomes);
            assertFalse(channel.isBlocking());
            clock.pass(200 * MILLI);
            assertEquals(List.of("connected"), outcomes, "the timeout is cancelled");
        }
    }

    @Test
    void shouldReportARefusal() throws Exception {
        try (SocketChannel bound = SocketChannel.open()) {
            bound.bind(loopback(0)); // nothing listens there, and no other program can get the port
            start((InetSocketAddress) bound.getLocalAddress(), Connector.NO_TIMEOUT, null);
        }

        assertEquals(List.of(Failure.REFUSED + ": Connection refused"), outcomes);
    }

    @Test
    void shouldReportATimeoutOnce() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            start(hole.address(), 100 * MILLI, null);

            clock.pass(99 * MILLI);
            assertEquals(List.of(), outcomes);
            clock.pass(MILLI);
            clock.pass(100 * MILLI);

            assertEquals(List.of(Failure.TIMED_OUT + ": no answer within 100 ms"), outcomes);
        }
    }

    @Test
    void shouldBeginAnewWhereTheQueueOfAListenerOfThisMachineWasFull() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            start(hole.address(), Connector.NO_TIMEOUT, null);
            clock.pass(100 * MILLI);
            clock.pass(199 * MILLI);
            hole.makeRoom();
            assertEquals(List.of(), outcomes);

            clock.pass(MILLI); // long before the kernel would try again

            assertEquals(List.of("connected"), outcomes);
        }
    }

    @Test
    void shouldReportThatTheListenerIsGoneWhenItBeginsAnew() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            start(hole.address(), Connector.NO_TIMEOUT, null);
        }

        clock.pass(100 * MILLI);

        assertEquals(List.of(Failure.REFUSED + ": Connection refused"), outcomes);
    }

    @Test
    void shouldReportTheWholeTimeoutAfterItHasBegunAnew() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            start(hole.address(), 500 * MILLI, null);

            clock.pass(100 * MILLI);
            clock.pass(200 * MILLI);
            clock.pass(199 * MILLI);
            assertEquals(List.of(), outcomes);
            clock.pass(MILLI);

            assertEquals(List.of(Failure.TIMED_OUT + ": no answer within 500 ms"), outcomes);
        }
    }

    @Test
    void shouldReportNothingAfterCancel() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            Connector connector = start(hole.address(), 100 * MILLI, null);

            clock.onLoop(connector::cancel);
            clock.pass(200 * MILLI);

            assertEquals(List.of(), outcomes);
        }
    }

    @Test
    void shouldCloseTheChannelIfItsNewOwnerThrows() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(loopback(0));

            start(loopback(server.getLocalPort()), Connector.NO_TIMEOUT, new IllegalStateException("on purpose"));

            assertEquals(List.of("connected", Failure.REFUSED + ": on purpose"), outcomes);
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void shouldNotBlameThePeerForALackOfResources() {
        assertEquals(Failure.RESOURCES_EXHAUSTED, Connector.kind(new BindException("no port is left")));
        assertEquals(Failure.RESOURCES_EXHAUSTED, Connector.kind(new OutOfMemoryError()));
        assertEquals(Failure.REFUSED, Connector.kind(new IOException("Connection reset by peer")));
    }
}
