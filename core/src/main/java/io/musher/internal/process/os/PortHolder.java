package io.musher.internal.process.os;

import io.musher.balancer.loop.BindAdvice;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * Holds a port for processes of this user that listen on it with {@code SO_REUSEPORT}: the port stays theirs while none
 * of them listens, and nothing without that option, or of another user, can bind it. Linux only. Thread safe.
 */
public final class PortHolder implements AutoCloseable {

    /** Bound with {@code SO_REUSEPORT} and without {@code SO_REUSEADDR}; never listens, never connects. */
    private final SocketChannel socket;
    private final InetSocketAddress address;

    private PortHolder(SocketChannel socket) throws IOException {
        this.socket = socket;
        this.address = (InetSocketAddress) socket.getLocalAddress();
    }

    /**
     * Takes a port that no other process has bound, not even another holder.
     *
     * @param host the host name or address; empty for all addresses
     * @param port 0 for any free port
     * @throws IOException if the port is taken; the message says what to do
     */
    public static PortHolder hold(Optional<String> host, int port) throws IOException {
        InetSocketAddress address = host.map(name -> new InetSocketAddress(name, port))
                .orElseGet(() -> new InetSocketAddress(port));
        // The first socket takes the port alone, as a server does: the connections of a former server that linger
        // do not count. It then admits the second one, which stays. A socket with SO_REUSEADDR would not do for that:
        // servers of other users could bind the port beside it.
        try (SocketChannel exclusive = SocketChannel.open()) {
            exclusive.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address);
            exclusive.setOption(StandardSocketOptions.SO_REUSEADDR, false)
                    .setOption(StandardSocketOptions.SO_REUSEPORT, true);
            return new PortHolder(reused(exclusive.getLocalAddress()));
        } catch (IOException | RuntimeException e) {
            BindException failure = new BindException(
                    "cannot take " + host.map(name -> name + ":").orElse("port ") + port + ": " + e.getMessage()
                            + "; " + BindAdvice.ofShared(port, e));
            failure.initCause(e);
            throw failure;
        }
    }

    private static SocketChannel reused(SocketAddress address) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            return socket.setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(address);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** {@return the address} */
    public InetSocketAddress address() {
        return address;
    }

    /** Gives up the port; processes that listen on it keep it. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // closed anyway
        }
    }
}
