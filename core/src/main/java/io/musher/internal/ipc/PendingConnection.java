package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection without a valid hello so far: it may send one frame, a hello, and has 5 s to do so. */
final class PendingConnection implements Connection.Owner {

    static final long HELLO_NANOS = 5_000_000_000L;

    private final ChannelServer server;
    private final EventLoop loop;
    private final Connection connection;
    private @Nullable Timers.Timer deadline;

    PendingConnection(ChannelServer server, EventLoop loop, SocketChannel channel, SharedBuffers buffers) {
        this.server = server;
        this.loop = loop;
        this.connection = new Connection(loop, channel, buffers, this);
    }

    void open() {
        deadline = loop.schedule(HELLO_NANOS,
                () -> server.drop(this, "no hello within " + HELLO_NANOS / 1_000_000_000L + " s"));
        connection.open();
    }

    /** Stops the timeout and gives up ownership. {@return the connection} */
    Connection handOver() {
        loop.cancel(deadline);
        return connection;
    }

    /** Sends the reason to the peer, without waiting for a full socket, and closes. */
    void refuse(String why) {
        connection.send(Frames.control(FrameType.GOODBYE, why));
        server.drop(this, why);
    }

    void close() {
        loop.cancel(deadline);
        connection.close();
    }

    @Override
    public boolean accept(int type, int length) throws ProtocolException {
        if (type != FrameType.HELLO) {
            throw new ProtocolException("a frame of type " + type + " before a hello");
        }
        FrameSink.checkControl(type, length);
        return true;
    }

    @Override
    public void frame(int type, int sequence, ByteBuffer payload) throws ProtocolException {
        server.handleHello(this, Hello.parse(payload));
    }

    @Override
    public void ended(CloseReason reason, String why) {
        server.drop(this, why);
    }
}
