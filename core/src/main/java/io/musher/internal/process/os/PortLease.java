package io.musher.internal.process.os;

import io.musher.balancer.loop.BindAdvice;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Reserves a port for a worker. While the lease is held, a socket of the primary is bound to the port, but does not
 * listen, so the system assigns the port to no other program. On Linux a server that sets {@code SO_REUSEADDR}, as
 * every JVM does, can listen on the port nevertheless. Thread safe.
 */
public final class PortLease implements AutoCloseable {

    private final int port;
    private final boolean shared;
    private @Nullable SocketChannel socket;

    private PortLease(int port, @Nullable SocketChannel socket, boolean shared) {
        this.port = port;
        this.socket = socket;
        this.shared = shared;
    }

    /**
     * Reserves any free port.
     *
     * @return the lease, held
     * @throws IOException if no port is free
     */
    public static PortLease free() throws IOException {
        SocketChannel socket = bound(0);
        return new PortLease(((InetSocketAddress) socket.getLocalAddress()).getPort(), socket, false);
    }

    /**
     * Reserves a given port.
     *
     * @param port from 1
     * @return the lease, held
     * @throws IOException if the port is taken; the message names the port
     */
    public static PortLease fixed(int port) throws IOException {
        return new PortLease(port, bound(port), false);
    }

    /**
     * {@return a lease of a port that a {@link PortHolder} holds for several workers; never held itself}
     *
     * @param port from 1
     */
    public static PortLease shared(int port) {
        return new PortLease(port, null, true);
    }

    /** {@return the port number} */
    public int port() {
        return port;
    }

    /** {@return whether the port is reserved} */
    public synchronized boolean isHeld() {
        return socket != null;
    }

    /**
     * Reserves the port again; has no effect if it is held or shared.
     *
     * @throws IOException if the port is taken; the message names the port
     */
    public synchronized void hold() throws IOException {
        if (socket == null && !shared) {
            socket = bound(port);
        }
    }

    /** Releases the port, for programs that could not listen on it otherwise; has no effect if it is not held. */
    public synchronized void release() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // closed anyway
            }
            socket = null;
        }
    }

    /** Releases the port. */
    @Override
    public void close() {
        release();
    }

    /** {@return whether a worker JVM can listen on the port while the lease is held} */
    public static boolean canBeShared() {
        return Platform.LINUX;
    }

    private static SocketChannel bound(int port) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            if (!Platform.WINDOWS) { // where it would take the port from the program that uses it
                socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            return socket.bind(new InetSocketAddress(port));
        } catch (IOException | RuntimeException e) {
            socket.close();
            BindException failure = new BindException(
                    "port " + port + " cannot be taken: " + e.getMessage() + "; " + BindAdvice.of(port, e));
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public String toString() {
        return "port " + port;
    }
}
