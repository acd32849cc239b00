package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One end of a {@link Relay}, client or target: the channel, its selector interest, and the bytes that the peer has not
 * accepted yet (backpressure).
 *
 * <p>{@code TCP_NODELAY} is set with the second write: the kernel never delays the first, and a short connection has no
 * other.
 */
final class Endpoint implements EventLoop.Handler {

    private static final int ONE_SEGMENT = 1024;

    final Relay relay;
    final SocketChannel channel;
    private @Nullable SelectionKey key;
    @Nullable
    Endpoint stalledBefore; // links of the list in StalledConnections
    @Nullable
    Endpoint stalledAfter;
    private @Nullable ByteBuffer pending;
    private byte interest;
    private boolean hasWritten;
    private boolean noDelaySet;
    private boolean readEnded;
    private boolean writeEnded;
    private boolean discarded;
    private boolean tcpKeepAliveEnabled;

    Endpoint(Relay relay, SocketChannel channel) {
        this.relay = relay;
        this.channel = channel;
    }

    /** Takes over a channel; {@code registered} is its key, or null if the channel is not registered yet. */
    Endpoint(Relay relay, SocketChannel channel, @Nullable SelectionKey registered) {
        this(relay, channel);
        if (registered != null) {
            key = registered;
            key.attach(this);
            key.interestOps(0);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        int ops = ready.readyOps();
        if ((ops & SelectionKey.OP_WRITE) != 0) {
            relay.writable(this);
        }
        if ((ops & SelectionKey.OP_READ) != 0 && !discarded && (interest & SelectionKey.OP_READ) != 0) {
            relay.readable(this);
        }
    }

    @Override
    public void failed(Throwable failure) {
        relay.failed(failure);
    }

    void wantRead(boolean want) throws IOException {
        setInterest(want ? interest | SelectionKey.OP_READ : interest & ~SelectionKey.OP_READ);
    }

    private void wantWrite(boolean want) throws IOException {
        setInterest(want ? interest | SelectionKey.OP_WRITE : interest & ~SelectionKey.OP_WRITE);
    }

    private void setInterest(int ops) throws IOException {
        if (ops == interest || discarded) {
            return;
        }
        interest = (byte) ops;
        if (key != null) {
            key.interestOps(ops);
        } else {
            key = relay.loop().register(channel, ops, this);
        }
    }

    /**
     * Writes to the channel; bytes that the kernel does not accept remain in the buffer.
     *
     * @return whether all bytes were written
     */
    boolean write(ByteBuffer buffer) throws IOException {
        if (!noDelaySet) {
            if (hasWritten || buffer.remaining() > ONE_SEGMENT) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                noDelaySet = true;
            }
            hasWritten = true;
        }
        channel.write(buffer);
        return !buffer.hasRemaining();
    }

    /** Keeps unwritten bytes and registers for write readiness, see {@link #flush}. */
    void hold(ByteBuffer rest) throws IOException {
        pending = rest;
        wantWrite(true);
    }

    /**
     * Writes the kept bytes.
     *
     * @return whether none are left
     */
    boolean flush(StalledConnections stalled) throws IOException {
        if (pending == null) {
            return true;
        }
        int taken = channel.write(pending);
        if (pending.hasRemaining()) {
            if (taken > 0) {
                stalled.progressed(this);
            }
            return false;
        }
        drop(stalled);
        wantWrite(false);
        return true;
    }

    private void drop(StalledConnections stalled) {
        if (pending != null) {
            stalled.release(this, pending);
            pending = null;
        }
    }

    boolean hasPending() {
        return pending != null;
    }

    /** Records that the peer has closed its sending side. */
    void endRead() throws IOException {
        readEnded = true;
        wantRead(false);
    }

    boolean isReadEnded() {
        return readEnded;
    }

    /** Shuts down the output, which the peer reads as end of stream. */
    void endWrite() throws IOException {
        if (!writeEnded) {
            writeEnded = true;
            channel.shutdownOutput();
        }
    }

    /** Drops the bytes kept for a peer that accepts no more. */
    void giveUpWriting(StalledConnections stalled) throws IOException {
        writeEnded = true;
        drop(stalled);
        wantWrite(false);
    }

    /**
     * Enables TCP keep-alive.
     *
     * @return whether this call enabled it
     */
    boolean enableTcpKeepAlive() throws IOException {
        if (tcpKeepAliveEnabled || discarded) {
            return false;
        }
        tcpKeepAliveEnabled = true;
        TcpKeepAlive.enable(channel);
        return true;
    }

    /** Makes the close of the channel reset the connection instead of closing it in order. */
    void resetOnClose() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // the connection is closed already
        }
    }

    /** Closes the channel and releases the kept bytes; idempotent. */
    void discard(StalledConnections stalled) {
        if (!discarded) {
            discarded = true;
            drop(stalled);
            relay.loop().discard(channel, key);
        }
    }
}
