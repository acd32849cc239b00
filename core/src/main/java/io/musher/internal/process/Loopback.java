package io.musher.internal.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/**
 * The one address that the primary, its balancer and its workers meet at: {@code 127.0.0.1}, or {@code ::1} on a machine without IPv4.
 * What {@link InetAddress#getLoopbackAddress} returns depends on the flags of each JVM, so it is decided here, once, and handed on.
 */
public final class Loopback {

    /** The address; the primary's choice. */
    public static final InetAddress ADDRESS = choose();

    private Loopback() { }

    /**
     * {@return a port of that address}
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
     * {@return an address as people write it, {@code 127.0.0.1:80} or {@code [::1]:80}}
     *
     * @param port of it
     */
    public static String text(int port) {
        return (host().indexOf(':') < 0 ? host() : "[" + host() + "]") + ":" + port;
    }

    private static InetAddress choose() {
        try {
            InetAddress v4 = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
            return isThere(v4) ? v4 : InetAddress.getByAddress("localhost", new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // for addresses of another length only
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
