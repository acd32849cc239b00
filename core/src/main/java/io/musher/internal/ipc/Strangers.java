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
final class Strangers {

    static final int MAX = 256;

    private final ChannelServer server;
    private final EventLoop loop;
    private final Dropped dropped;
    private final Set<Stranger> here = new LinkedHashSet<>();

    Strangers(ChannelServer server, EventLoop loop, Dropped dropped) {
        this.server = server;
        this.loop = loop;
        this.dropped = dropped;
    }

    void add(SocketChannel channel, Scratch scratch) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            channel.close(); // already gone again
            return;
        }
        Stranger stranger = new Stranger(server, loop, channel, scratch);
        here.add(stranger);
        stranger.open();
        if (here.size() > MAX) {
            drop(here.iterator().next(), "more than " + MAX + " connections without a hello");
        }
    }

    /** It is one no more. */
    void remove(Stranger stranger) {
        here.remove(stranger);
    }

    void drop(Stranger stranger, String why) {
        stranger.close();
        if (here.remove(stranger)) {
            dropped.log(loop.now(), why);
        }
    }

    void closeAll() {
        List.copyOf(here).forEach(Stranger::close);
        here.clear();
    }

    int size() {
        return here.size();
    }
}
