package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One end of a {@link Relay}: a channel, what it is interested in, and the bytes it would not take yet.
 *
 * <p>{@code TCP_NODELAY} is set with the second write: the first is never delayed, and a short connection needs no more.
 */
final class Endpoint implements EventLoop.Handler {

    private static final int SURE_TO_FIT = 1024;

    final Relay relay;
    final SocketChannel channel;
    private SelectionKey key;
    Endpoint stalledBefore; // in the lane's list of stalled ends
    Endpoint stalledAfter;
    private ByteBuffer pending;
    private byte interest;
    private boolean hasWritten;
    private boolean noDelaySet;
    private boolean readEnded;
    private boolean writeEnded;
    private boolean discarded;
    private boolean keptAlive;

    Endpoint(Relay relay, SocketChannel channel) {
        this.relay = relay;
        this.channel = channel;
    }

    /** Takes over a channel; {@code registered} is its key, or null when it has none yet. */
    Endpoint(Relay relay, SocketChannel channel, SelectionKey registered) {
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
            relay.context.pump.writable(relay, this);
        }
        if ((ops & SelectionKey.OP_READ) != 0 && !discarded && (interest & SelectionKey.OP_READ) != 0) {
            relay.readable(this);
        }
    }

    @Override
    public void failed(Throwable failure) {
        relay.failed(this, failure);
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
            key = relay.context.loop.register(channel, ops, this);
        }
    }

    /**
     * Writes; what the peer does not take remains in the buffer.
     *
     * @return whether all was taken
     */
    boolean write(ByteBuffer buffer) throws IOException {
        if (!noDelaySet) {
            if (hasWritten || buffer.remaining() > SURE_TO_FIT) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                noDelaySet = true;
            }
            hasWritten = true;
        }
        channel.write(buffer);
        return !buffer.hasRemaining();
    }

    /** Keeps, until the peer takes it, what it did not take. */
    void hold(ByteBuffer rest) throws IOException {
        pending = rest;
        wantWrite(true);
    }

    /** {@return whether nothing is kept any more} */
    boolean flush() throws IOException {
        if (pending == null) {
            return true;
        }
        int taken = channel.write(pending);
        if (pending.hasRemaining()) {
            if (taken > 0) {
                relay.context.stalled.progressed(this);
            }
            return false;
        }
        drop();
        wantWrite(false);
        return true;
    }

    private void drop() {
        if (pending != null) {
            relay.context.buffers.release(pending);
            pending = null;
            relay.context.stalled.remove(this);
        }
    }

    boolean hasPending() {
        return pending != null;
    }

    /** The peer will send no more. */
    void endRead() throws IOException {
        readEnded = true;
        wantRead(false);
    }

    boolean isReadEnded() {
        return readEnded;
    }

    /** Tells the peer that no more will come. */
    void endWrite() throws IOException {
        if (!writeEnded) {
            writeEnded = true;
            channel.shutdownOutput();
        }
    }

    /** Drops what is kept for the peer: it can take no more. */
    void giveUpWriting() throws IOException {
        writeEnded = true;
        drop();
        wantWrite(false);
    }

    boolean isWriteEnded() {
        return writeEnded;
    }

    /** {@return whether TCP keep-alive was enabled now, and not before} */
    boolean keepAlive() throws IOException {
        if (keptAlive || discarded) {
            return false;
        }
        keptAlive = true;
        KeepAlive.enable(channel);
        return true;
    }

    /** The peer is to see a reset rather than a tidy end. */
    void resetOnClose() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // it is gone already
        }
    }

    void discard(LoopContext context) {
        if (!discarded) {
            discarded = true;
            drop();
            context.loop.discard(channel, key);
        }
    }
}
