package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** Connects a socket with a timeout; calls exactly one of its two callbacks. Loop thread only. */
final class ConnectAttempt implements EventLoop.Handler {

    private final EventLoop loop;
    private final InetSocketAddress address;
    private final long patienceNanos;
    private final Consumer<SocketChannel> connected;
    private final Consumer<String> failed;
    private SocketChannel channel;
    private SelectionKey key;
    private Timers.Timer deadline;

    ConnectAttempt(EventLoop loop, InetSocketAddress address, long patienceNanos, Consumer<SocketChannel> connected,
            Consumer<String> failed) {
        this.loop = loop;
        this.address = address;
        this.patienceNanos = patienceNanos;
        this.connected = connected;
        this.failed = failed;
    }

    void start() {
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // on the loopback interface the connection is usually complete by the second call
            if (channel.connect(address) || channel.finishConnect()) {
                connected.accept(channel);
                return;
            }
            deadline = loop.schedule(patienceNanos, () -> failed(new IOException("no answer")));
            key = loop.register(channel, SelectionKey.OP_CONNECT, this);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (channel.finishConnect()) {
            loop.cancel(deadline);
            connected.accept(channel);
        }
    }

    @Override
    public void failed(Throwable failure) {
        loop.cancel(deadline);
        if (channel != null) {
            loop.discard(channel, key);
        }
        failed.accept(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }
}
