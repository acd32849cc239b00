package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a channel's socket, the same on both sides: frames in, frames out, and an orderly end.
 *
 * <p>Belongs to its loop's thread. Life: open → (goodbye said, goodbye heard, in any order) → closed. The end is orderly when either
 * side has said goodbye, and then both do; anything else, a broken protocol included, is a loss. The owner is told of an end
 * that it did not bring about by {@link #close} itself, exactly once, and never from inside a call it makes.
 */
public final class Connection implements EventLoop.Handler {

    /** Whose connection it is. */
    public interface Owner extends FrameSink {

        /**
         * The connection has ended and is closed.
         *
         * @param how it ended
         * @param why in a few words
         */
        void ended(CloseReason how, String why);
    }

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    /** Bytes of control frames that may wait for a peer that does not read: some seven thousand frames. */
    static final int MAX_WAITING = 64 * 1024;

    /** How long the peer has to answer a goodbye. */
    static final long GOODBYE_NANOS = 5_000_000_000L;

    private final EventLoop loop;
    private final SocketChannel channel;
    private final ByteBuffer scratch;
    private final FrameDecoder decoder;
    private final Outbox outbox;
    private Owner owner;
    private SelectionKey key;
    private Timers.Timer goodbyeTimer;
    private boolean readPaused;
    private boolean writing;
    private boolean paused;
    private ByteBuffer rest; // was read, but not decoded, before a pause
    private boolean goodbyeSent;
    private boolean goodbyeReceived;
    private boolean closed;

    /**
     * Takes a connected channel over; {@link #open} begins.
     *
     * @param loop whose thread this runs on
     * @param channel non-blocking, connected
     * @param scratch shared by all connections of the loop
     * @param owner where frames and the end go
     */
    public Connection(EventLoop loop, SocketChannel channel, SharedBuffers scratch, Owner owner) {
        this.loop = loop;
        this.channel = channel;
        this.scratch = scratch.in();
        this.outbox = new Outbox(scratch);
        this.owner = owner;
        this.decoder = new FrameDecoder(owner, scratch.spares());
    }

    /** Begins to read; what is here already is read now. A failure ends it like any later one. */
    public void open() {
        try {
            key = loop.register(channel, SelectionKey.OP_READ, this);
            read();
        } catch (IOException e) {
            failed(e);
        }
    }

    void owner(Owner next) {
        owner = next;
        decoder.sink(next);
    }

    /**
     * Sends a control frame: after those before it, before messages that wait. Nothing happens on a connection that is closed or has
     * said goodbye.
     *
     * @param frame is this connection's from now on
     */
    public void send(ByteBuffer frame) {
        if (closed || goodbyeSent || readPaused) {
            return;
        }
        outbox.addUrgent(frame);
        write();
        if (outbox.urgentBytes() > MAX_WAITING) {
            outbox.clear();
            readPaused = true;
            loop.execute(() -> end(CloseReason.FAULT, "it does not read: " + MAX_WAITING + " bytes of control frames wait"));
        }
    }

    /**
     * Adds a message to what waits, see {@link #write}; nothing happens on a connection that is closed or has said goodbye.
     *
     * @param frame is this connection's from now on
     */
    void post(ByteBuffer frame) {
        if (!closed && !goodbyeSent && !readPaused) {
            outbox.add(frame);
        }
    }

    /**
     * Says goodbye, after all that waits; closes when the peer has too, or has not within 5 s.
     *
     * @param why for the peer's log
     */
    public void goodbye(String why) {
        if (closed || goodbyeSent) {
            return;
        }
        post(Frames.control(FrameType.GOODBYE, why));
        goodbyeSent = true;
        write();
        goodbyeTimer = loop.schedule(GOODBYE_NANOS, () -> end(CloseReason.GOODBYE, "no answer to the goodbye"));
        if (goodbyeReceived && (readPaused || outbox.isEmpty())) {
            loop.execute(() -> end(CloseReason.GOODBYE, "goodbye from both sides"));
        }
    }

    /** The peer said goodbye: whatever else it sends is not read. An answer is due within 5 s. */
    public void goodbyeReceived() {
        goodbyeReceived = true;
        decoder.stop();
    }

    /** Answers the peer's goodbye, after all that waits. */
    public void answerGoodbye() {
        if (goodbyeSent && outbox.isEmpty()) {
            end(CloseReason.GOODBYE, "goodbye from both sides");
        } else {
            goodbye("");
        }
    }

    /** Closes now, without a word to the peer or the owner. */
    public void close() {
        if (!closed) {
            closed = true;
            decoder.stop();
            rest = null;
            outbox.clear();
            loop.cancel(goodbyeTimer);
            loop.discard(channel, key);
        }
    }

    /** {@return bytes of control frames that wait} */
    long waiting() {
        return outbox.urgentBytes();
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (ready.isWritable()) {
            write();
            if (goodbyeSent && goodbyeReceived && outbox.isEmpty()) {
                end(CloseReason.GOODBYE, "goodbye from both sides");
            }
        }
        if (!closed && ready.isReadable()) {
            read();
        }
    }

    @Override
    public void failed(Throwable failure) {
        if (failure instanceof ProtocolException) {
            end(CloseReason.FAULT, "it sent " + failure.getMessage());
        } else if (failure instanceof IOException) {
            end(goodbyeSent || goodbyeReceived ? CloseReason.GOODBYE : CloseReason.GONE, String.valueOf(failure.getMessage()));
        } else {
            LOG.error("a frame could not be handled; its connection is closed", failure);
            end(CloseReason.FAULT, failure.toString());
        }
    }

    private void read() throws IOException {
        if (paused || rest != null) {
            return;
        }
        scratch.clear();
        int n = channel.read(scratch);
        if (n > 0) {
            decoder.decode(scratch.flip());
            if (paused && scratch.hasRemaining()) {
                rest = ByteBuffer.allocate(scratch.remaining()).put(scratch).flip();
            }
        } else if (n < 0) {
            end(goodbyeSent || goodbyeReceived ? CloseReason.GOODBYE : CloseReason.GONE, decoder.isInside() ? "end of file inside a frame" : "end of file");
        }
    }

    /** Writes what waits, as far as the kernel takes it; the rest follows by itself. */
    void write() {
        if (closed || readPaused) {
            return;
        }
        try {
            setReading(!outbox.writeTo(channel));
        } catch (IOException e) {
            // a peer that cannot be written to may still have said something: it is read to its end, which tells the owner
            readPaused = true;
            outbox.clear();
            setReading(false);
        }
    }

    private void setReading(boolean forRoom) {
        if (writing != forRoom) {
            writing = forRoom;
            setReading();
        }
    }

    private void setReading() {
        if (!key.isValid()) {
            return; // the loop has ended by a failure
        }
        key.interestOps((paused || rest != null ? 0 : SelectionKey.OP_READ) | (writing ? SelectionKey.OP_WRITE : 0));
    }

    /** Reads nothing for a while: what the peer sends stays with it. An end of the connection is not noticed meanwhile. */
    void pause(boolean pauses) {
        if (!closed && paused != pauses) {
            paused = pauses;
            decoder.suspend(pauses);
            setReading();
            if (rest != null && !pauses) {
                loop.execute(this::readRest);
            }
        }
    }

    private void readRest() {
        if (closed || paused || rest == null) {
            return;
        }
        try {
            decoder.decode(rest);
            if (!closed && !(paused && rest.hasRemaining())) {
                rest = null;
                setReading();
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void end(CloseReason how, String why) {
        if (!closed) {
            close();
            owner.ended(how, why);
        }
    }
}
