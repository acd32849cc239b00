package io.musher.internal.process.os;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/**
 * The loopback address that primary, balancer and workers use for their connections: {@code 127.0.0.1}, or {@code ::1}
 * on a machine without IPv4. The result of {@link InetAddress#getLoopbackAddress} depends on the flags of each JVM, so
 * the primary chooses the address once and passes it to its workers.
 */
public final class Loopback {

    /** The address, as chosen by this process. */
    public static final InetAddress ADDRESS = choose();

    private Loopback() {}

    /**
     * {@return the socket address of a port}
     *
     * @param port within 0 to 65535
     */
    public static InetSocketAddress at(int port) {
        return new InetSocketAddress(ADDRESS, port);
    }

    /** {@return the address as text, as in {@code MUSHER_HOST}} */
    public static String host() {
        return ADDRESS.getHostAddress();
    }

    /**
     * {@return address and port as text, such as {@code 127.0.0.1:80} or {@code [::1]:80}}
     *
     * @param port within 0 to 65535
     */
    public static String text(int port) {
        return (host().indexOf(':') < 0 ? host() : "[" + host() + "]") + ":" + port;
    }

    private static InetAddress choose() {
        try {
            InetAddress v4 = InetAddress.getByAddress("localhost", new byte[]{127, 0, 0, 1});
            return isThere(v4) ? v4
                    : InetAddress.getByAddress("localhost", new byte[]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // thrown only for arrays of another length
        }
    }

    private static boolean isThere(InetAddress address) {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            probe.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
