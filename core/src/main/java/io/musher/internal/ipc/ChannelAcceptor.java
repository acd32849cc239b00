package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.os.Loopback;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections on a loopback port and adds them to the {@link PendingConnections}. Pauses when accepting fails.
 * Loop thread only, except {@link #open}, {@link #address} and {@link #failures}.
 */
final class ChannelAcceptor implements EventLoop.Handler {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final int BACKLOG = 1024;
    private static final int ACCEPTS_PER_TURN = 64;
    private static final long PAUSE_NANOS = 50_000_000L;

    private final String name;
    private final EventLoop loop;
    private final PendingConnections pending;
    private final ServerSocketChannel listening;
    private final InetSocketAddress address;
    private final LogThrottle warning = new LogThrottle();
    private @Nullable SelectionKey key; // null before start
    private boolean pausing;
    private volatile long failures; // of accept()
    private boolean failing; // no accept() has succeeded since the warning
    private boolean closed;

    private ChannelAcceptor(String name, EventLoop loop, PendingConnections pending, ServerSocketChannel listening)
            throws IOException {
        this.name = name;
        this.loop = loop;
        this.pending = pending;
        this.listening = listening;
        this.address = Loopback.at(((InetSocketAddress) listening.getLocalAddress()).getPort());
    }

    /** Listens on a free port; accepts once the loop runs. */
    static ChannelAcceptor open(String name, EventLoop loop, PendingConnections pending) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(
                Loopback.ADDRESS instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            listening.configureBlocking(false);
            listening.bind(Loopback.at(0), BACKLOG);
            ChannelAcceptor acceptor = new ChannelAcceptor(name, loop, pending, listening);
            loop.execute(acceptor::start);
            return acceptor;
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    private void start() {
        try {
            key = loop.register(listening, SelectionKey.OP_ACCEPT, this);
        } catch (IOException e) {
            LOG.debug("{}: the port for workers was closed before it was opened", name, e);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** {@return how often accepting a connection failed} */
    long failures() {
        return failures;
    }

    void close() {
        closed = true;
        loop.discard(listening, key);
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        accept(ACCEPTS_PER_TURN);
    }

    /** Accepts all connections in the backlog. */
    void acceptAll() {
        try {
            accept(2 * BACKLOG);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void accept(int atMost) throws IOException {
        for (int i = 0; i < atMost && !closed; i++) {
            SocketChannel channel = listening.accept();
            if (channel == null) {
                return;
            }
            if (failing) {
                failing = false;
                LOG.info("{}: workers can connect again", name);
            }
            pending.add(channel);
        }
    }

    /**
     * Suspends accepting for 50 ms: usually the process is out of file descriptors, and an immediate retry would spin.
     * Workers wait in the backlog of the kernel meanwhile.
     */
    @Override
    public void failed(Throwable failure) {
        if (closed) {
            return;
        }
        failures++;
        if (warning.isDue(loop.now())) {
            failing = true;
            LOG.warn("{}: workers cannot connect: accepting failed: {} (failure {}); retrying every {} ms", name,
                    failure.toString(), failures, PAUSE_NANOS / 1_000_000);
        }
        if (!pausing && key != null) {
            pausing = true;
            key.interestOps(0);
            loop.schedule(PAUSE_NANOS, this::resume);
        }
    }

    private void resume() {
        pausing = false;
        if (key != null && key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }
}
