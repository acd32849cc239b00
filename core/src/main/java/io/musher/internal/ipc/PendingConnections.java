package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The connections that have not said a good hello yet; one thread. They are few: a worker says hello as it connects, so whoever is
 * still here when {@value #MAX} newer ones have come gives way to them.
 */
final class PendingConnections {

    static final int MAX = 256;

    private final ChannelServer server;
    private final EventLoop loop;
    private final RejectionLog rejections;
    private final Set<PendingConnection> connections = new LinkedHashSet<>();

    PendingConnections(ChannelServer server, EventLoop loop, RejectionLog rejections) {
        this.server = server;
        this.loop = loop;
        this.rejections = rejections;
    }

    void add(SocketChannel channel, SharedBuffers scratch) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            channel.close(); // already gone again
            return;
        }
        PendingConnection stranger = new PendingConnection(server, loop, channel, scratch);
        connections.add(stranger);
        stranger.open();
        if (connections.size() > MAX) {
            drop(connections.iterator().next(), "more than " + MAX + " connections without a hello");
        }
    }

    /** It is one no more. */
    void remove(PendingConnection stranger) {
        connections.remove(stranger);
    }

    void drop(PendingConnection stranger, String why) {
        stranger.close();
        if (connections.remove(stranger)) {
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
