package io.musher.internal.process;

import io.musher.balancer.loop.BindAdvice;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A port for a worker. While it is held, nobody is given it by chance: a socket of ours is bound to it, but does not listen, and
 * on Linux a server that sets {@code SO_REUSEADDR}, as every JVM's does, can listen there all the same. Thread safe.
 */
public final class PortLease implements AutoCloseable {

    private final int port;
    private SocketChannel socket;

    private PortLease(int port, SocketChannel socket) {
        this.port = port;
        this.socket = socket;
    }

    /**
     * Any port that is free.
     *
     * @return the port, held
     * @throws IOException if there is none
     */
    public static PortLease free() throws IOException {
        SocketChannel socket = bound(0);
        return new PortLease(((InetSocketAddress) socket.getLocalAddress()).getPort(), socket);
    }

    /**
     * A certain port.
     *
     * @param port from 1
     * @return the port, held
     * @throws IOException if somebody listens there; the message names the port
     */
    public static PortLease fixed(int port) throws IOException {
        return new PortLease(port, bound(port));
    }

    /** {@return its number} */
    public int port() {
        return port;
    }

    /** {@return whether it is held} */
    public synchronized boolean isHeld() {
        return socket != null;
    }

    /**
     * Takes it again.
     *
     * @throws IOException if somebody listens there; the message names the port
     */
    public synchronized void hold() throws IOException {
        if (socket == null) {
            socket = bound(port);
        }
    }

    /** Lets go of it: for programs that could not listen there otherwise. */
    public synchronized void release() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is closed
            }
            socket = null;
        }
    }

    /** Lets go of it. */
    @Override
    public void close() {
        release();
    }

    /** {@return whether a worker JVM can listen while it is held} */
    static boolean canBeShared() {
        return Platform.LINUX;
    }

    private static SocketChannel bound(int port) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            if (!Platform.WINDOWS) { // where it would mean: take it from whoever has it
                socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            return socket.bind(new InetSocketAddress(port));
        } catch (IOException | RuntimeException e) {
            socket.close();
            BindException told = new BindException("port " + port + " cannot be taken: " + e.getMessage() + "; " + BindAdvice.of(port, e));
            told.initCause(e);
            throw told;
        }
    }

    @Override
    public String toString() {
        return "port " + port;
    }
}
