package io.musher.internal.process.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the message says about descriptor 0; the black-box tests start processes that have a listener there. */
class InheritedListenerTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldSayWhatTheInputOfThisProcessIsAndHowToPassAListener() {
        String message = assertThrows(IOException.class,
                () -> InheritedListener.claim("shop", OptionalInt.empty())).getMessage();
        assertTrue(message.startsWith("shop: inheritListener(): descriptor 0 of this process is "), message);
        assertTrue(message.contains(", not a listening TCP socket; start this process"), message);
        assertTrue(message.contains("StandardInput=socket") && message.contains("stdin=listener"), message);
    }

    @ParameterizedTest
    @CsvSource({"/dev/pts/3, a terminal (/dev/pts/3)", "/dev/tty1, a terminal (/dev/tty1)", "pipe:[4711], a pipe",
            "/dev/null, /dev/null", "/srv/input.txt, the file /srv/input.txt", "socket:[12], a socket of another kind"})
    void shouldNameWhatIsNoSocket(String target, String text) throws Exception {
        assertEquals(text, InheritedListener.describe(null, Optional.of(target)));
    }

    @Test
    void shouldNameTheKindOfSocket(@TempDir Path folder) throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open();
                ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                DatagramChannel datagrams = DatagramChannel.open()) {
            assertEquals("a socket that is not bound", describe(listener));
            listener.bind(new InetSocketAddress("127.0.0.1", 0));
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            try (SocketChannel connected = SocketChannel.open(listener.getLocalAddress())) {
                assertEquals("a socket that is connected to 127.0.0.1, port " + port + " (with Accept=yes?)",
                        describe(connected));
            }
            unix.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
            assertEquals("a Unix domain socket (" + folder.resolve("socket") + ")", describe(unix));
            assertEquals("a datagram socket", describe(datagrams));
        }
        assertEquals("no socket", describe(null));
    }

    private static String describe(@Nullable Channel channel) throws IOException {
        return InheritedListener.describe(channel, Optional.empty());
    }
}
