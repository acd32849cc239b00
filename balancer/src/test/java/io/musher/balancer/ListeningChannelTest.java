package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A balancer that accepts from a channel of the caller, which others accept from, too. */
@Timeout(60)
class ListeningChannelTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private ServerSocketChannel channel;

    @BeforeEach
    void listen() throws IOException {
        channel = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0), 64);
    }

    @AfterEach
    void close() throws IOException {
        channel.close();
    }

    private Balancer balancer(int loops) {
        return fixture.add(Balancer.builder().loops(loops).listeningChannel(channel).start());
    }

    private Peer connect() throws IOException {
        return fixture.add(Peer.connect((InetSocketAddress) channel.getLocalAddress()));
    }

    /** The client that waits in the queue; the kernel has it there as soon as the client is connected. */
    private void acceptsItself() throws IOException {
        try (SocketChannel client = channel.accept()) {
            assertTrue(client != null && client.isConnected(), "a client is in the queue");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldLeaveTheChannelToTheNextBalancer(int loops) throws Exception {
        ScriptedTarget echo = fixture.echo();
        for (int i = 0; i < 3; i++) {
            Balancer balancer = balancer(loops);
            balancer.updateTargets(List.of(echo.as("a"))).join();
            assertEquals(channel.getLocalAddress(), balancer.address());
            connect().send("hello").expect("hello");
            balancer.close();
            assertTrue(channel.isOpen());
            assertFalse(channel.isRegistered());
        }
    }

    @Test
    void shouldAcceptNothingBeforeItHasATarget() throws Exception {
        Balancer balancer = balancer(2);
        balancer.updateTargets(List.of()).join();
        connect();
        acceptsItself();
        assertEquals(0, balancer.stats().accepted());

        Peer waiting = connect().send("hello");
        balancer.updateTargets(List.of(fixture.echo().as("a"))).join();
        waiting.expect("hello");
    }

    @Test
    void shouldAcceptNothingAfterItsShutdownHasBegun() throws Exception {
        ScriptedTarget echo = fixture.echo();
        Balancer balancer = balancer(2);
        balancer.updateTargets(List.of(echo.as("a"))).join();
        Peer served = connect().send("one");
        served.expect("one");

        var closed = balancer.shutdown(Duration.ofSeconds(40));
        BalancerFixture.await("all loops have left the channel", () -> !channel.isRegistered());
        Peer waiting = connect().send("three");
        served.send("two").expect("two");
        served.close();
        closed.get(20, TimeUnit.SECONDS);

        balancer(1).updateTargets(List.of(echo.as("a"))).join();
        waiting.expect("three");
    }

    @Test
    void shouldNotBeginToAcceptAfterItsShutdown() throws Exception {
        Balancer balancer = balancer(2);
        balancer.shutdown(Duration.ofSeconds(20)).get(20, TimeUnit.SECONDS);
        assertThrows(ExecutionException.class,
                () -> balancer.updateTargets(List.of(fixture.echo().as("a"))).get(20, TimeUnit.SECONDS));
        connect();
        acceptsItself();
    }

    @Test
    void shouldLeaveTheChannelOpenWhenItCannotStart() throws Exception {
        Target itself = new Target("a", (InetSocketAddress) channel.getLocalAddress());
        BalancerBuilder builder = Balancer.builder().listeningChannel(channel).targets(List.of(itself));
        assertThrows(IllegalArgumentException.class, builder::start);
        connect();
        acceptsItself();
    }

    @Test
    void shouldGoByThePortOrTheChannelThatWasSetLast() throws Exception {
        BalancerConfig config = Balancer.builder().host("127.0.0.1").port(1).listeningChannel(channel).build();
        assertSame(channel, config.toBuilder().build().listeningChannel().orElseThrow());
        assertEquals(((InetSocketAddress) channel.getLocalAddress()).getPort(), config.port());
        assertTrue(config.host().isEmpty());
        assertTrue(config.toBuilder().port(0).build().listeningChannel().isEmpty());

        String message = assertThrows(IllegalStateException.class,
                () -> config.toBuilder().host("localhost").build()).getMessage();
        assertTrue(message.contains("host localhost and listeningChannel"), message);
    }

    @Test
    void shouldRefuseChannelsThatDoNotListenOnAnIpAddress(@TempDir Path folder) throws Exception {
        BalancerConfig config = Balancer.builder().listeningChannel(channel).build();
        channel.close();
        assertThrows(IllegalArgumentException.class, () -> Balancer.builder().listeningChannel(channel));
        assertThrows(IllegalArgumentException.class, () -> config.toBuilder().build());
        try (ServerSocketChannel unbound = ServerSocketChannel.open();
                ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertNull(unbound.getLocalAddress());
            assertThrows(IllegalArgumentException.class, () -> Balancer.builder().listeningChannel(unbound));
            unix.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
            assertThrows(IllegalArgumentException.class, () -> Balancer.builder().listeningChannel(unix));
        }
        Files.deleteIfExists(folder.resolve("socket"));
    }
}
