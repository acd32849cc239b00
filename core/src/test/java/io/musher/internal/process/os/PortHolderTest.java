package io.musher.internal.process.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class PortHolderTest {

    private static final Optional<String> ALL = Optional.empty();

    private static ServerSocket sharing(int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        server.bind(new InetSocketAddress(port));
        return server;
    }

    private static void assertTaken(int port) {
        for (boolean reuses : new boolean[]{true, false}) {
            for (String host : new String[]{"0.0.0.0", "127.0.0.1"}) {
                assertThrows(BindException.class, () -> {
                    try (ServerSocket stranger = new ServerSocket()) {
                        stranger.setReuseAddress(reuses);
                        stranger.bind(new InetSocketAddress(host, port));
                    }
                });
            }
        }
    }

    @Test
    void shouldKeepStrangersOutAndLetSharersIn() throws Exception {
        try (PortHolder holder = PortHolder.hold(ALL, 0)) {
            int port = holder.address().getPort();
            assertTaken(port);
            try (ServerSocket one = sharing(port); ServerSocket two = sharing(port)) {
                assertEquals(one.getLocalPort(), two.getLocalPort());
                assertTaken(port);
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            }
            assertTaken(port);
            assertThrows(IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close(),
                    "it does not listen itself");
        }
    }

    @Test
    void shouldNotTakeAPortThatIsHeldOrServed() throws Exception {
        try (PortHolder holder = PortHolder.hold(ALL, 0)) {
            int port = holder.address().getPort();
            BindException failure = assertThrows(BindException.class, () -> PortHolder.hold(ALL, port));
            assertTrue(failure.getMessage().contains("cannot take port " + port)
                    && failure.getMessage().contains("another program or cluster has it"), failure.getMessage());
            assertThrows(BindException.class, () -> PortHolder.hold(Optional.of("127.0.0.1"), port));
        }
        try (ServerSocket server = new ServerSocket(0)) {
            assertThrows(BindException.class, () -> PortHolder.hold(ALL, server.getLocalPort()));
        }
    }

    @Test
    void shouldTakeAPortWhoseFormerConnectionsLinger() throws Exception {
        int port;
        try (PortHolder holder = PortHolder.hold(ALL, 0)) {
            port = holder.address().getPort();
            try (ServerSocket server = sharing(port);
                    Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                server.accept().close(); // the first to close lingers
                assertEquals(-1, client.getInputStream().read());
            }
        }
        PortHolder.hold(ALL, port).close();
    }

    @Test
    void shouldSayThatAHostIsNotThere() {
        BindException failure = assertThrows(BindException.class,
                () -> PortHolder.hold(Optional.of("192.0.2.1"), 0));
        assertTrue(failure.getMessage().contains("the host is no address of this machine"), failure.getMessage());
        assertFalse(failure.getMessage().contains("has it"), failure.getMessage());
    }
}
