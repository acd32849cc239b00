package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds the connections without a valid hello so far, at most {@value #MAX}; beyond that the oldest is dropped first. A
 * worker sends its hello as it connects, so few are pending at any time. Loop thread only.
 */
final class PendingConnections {

    static final int MAX = 256;

    private final ChannelServer server;
    private final EventLoop loop;
    private final SharedBuffers buffers;
    private final RejectionLog rejections;
    private final Set<PendingConnection> connections = new LinkedHashSet<>();

    PendingConnections(ChannelServer server, EventLoop loop, SharedBuffers buffers, RejectionLog rejections) {
        this.server = server;
        this.loop = loop;
        this.buffers = buffers;
        this.rejections = rejections;
    }

    void add(SocketChannel channel) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            channel.close(); // already gone again
            return;
        }
        PendingConnection connection = new PendingConnection(server, loop, channel, buffers);
        connections.add(connection);
        connection.open();
        if (connections.size() > MAX) {
            drop(connections.iterator().next(), "more than " + MAX + " connections without a hello");
        }
    }

    /** Removes a connection whose hello was accepted. */
    void remove(PendingConnection connection) {
        connections.remove(connection);
    }

    void drop(PendingConnection connection, String why) {
        connection.close();
        if (connections.remove(connection)) {
            rejections.log(loop.now(), why);
        }
    }

    void closeAll() {
        List.copyOf(connections).forEach(PendingConnection::close);
        connections.clear();
    }

    int size() {
        return connections.size();
    }
}
