package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * Reads and writes frames on one socket, with an orderly shutdown by goodbye; the same class serves the primary and the
 * workers. Loop thread only.
 *
 * <p>States: open → goodbye sent and goodbye received, in either order → closed. The end is orderly once either side
 * has sent a goodbye; the other side answers with its own. Any other end, a protocol violation included, is a loss.
 * {@link Owner#ended} reports every end except {@link #close}, exactly once, and never from inside a method that the
 * owner calls.
 */
public final class Connection implements EventLoop.Handler {

    /** Receives the frames and the end of a connection. */
    public interface Owner extends FrameSink {

        /**
         * Called when the connection has ended and is closed.
         *
         * @param reason the kind of end
         * @param why the details, for the log
         */
        void ended(CloseReason reason, String why);
    }

    private static final Log LOG = Log.lazy("io.musher.Cluster");

    /** Bytes of control frames that may be queued for a peer that does not read: about seven thousand frames. */
    static final int MAX_WAITING = 64 * 1024;

    /** Timeout for the answer to a goodbye. */
    static final long GOODBYE_NANOS = 5_000_000_000L;

    private final EventLoop loop;
    private final SocketChannel channel;
    private final ByteBuffer readBuffer;
    private final FrameDecoder decoder;
    private final Outbox outbox;
    private Owner owner;
    private @Nullable SelectionKey key; // null before open
    private @Nullable Timers.Timer goodbyeTimer;
    private boolean writeFailed; // the peer cannot be written to: outgoing frames are discarded
    private boolean writing; // waiting until the socket is writable
    private boolean paused; // by the owner, see pause
    private @Nullable ByteBuffer rest; // bytes read but not decoded before a pause
    private boolean goodbyeSent;
    private boolean goodbyeReceived;
    private boolean closed;

    /**
     * Takes over a socket; {@link #open} starts reading.
     *
     * @param channel connected and non-blocking
     * @param buffers those of the loop
     */
    public Connection(EventLoop loop, SocketChannel channel, SharedBuffers buffers, Owner owner) {
        this.loop = loop;
        this.channel = channel;
        this.readBuffer = buffers.in();
        this.outbox = new Outbox(buffers);
        this.owner = owner;
        this.decoder = new FrameDecoder(owner, buffers.arrays());
    }

    /** Registers the socket and reads what has arrived already. A failure is reported like any later one. */
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
     * Sends a control frame, ahead of queued messages. Does nothing once the connection is closed or has sent a
     * goodbye.
     *
     * @param frame owned by this connection from now on
     */
    public void send(ByteBuffer frame) {
        if (closed || goodbyeSent || writeFailed) {
            return;
        }
        outbox.addUrgent(frame);
        write();
        if (outbox.urgentBytes() > MAX_WAITING) {
            outbox.clear();
            writeFailed = true;
            loop.execute(
                    () -> end(CloseReason.FAULT,
                            "it does not read: more than " + MAX_WAITING + " bytes of control frames are queued"));
        }
    }

    /**
     * Queues a message for the next {@link #write}. Does nothing once the connection is closed or has sent a goodbye.
     *
     * @param frame owned by this connection from now on
     */
    void post(ByteBuffer frame) {
        if (!closed && !goodbyeSent && !writeFailed) {
            outbox.add(frame);
        }
    }

    /**
     * Sends a goodbye after all queued frames; closes when the peer's goodbye arrives, or after 5 s.
     *
     * @param why the reason, for the peer's log
     */
    public void goodbye(String why) {
        if (closed || goodbyeSent) {
            return;
        }
        post(Frames.control(FrameType.GOODBYE, why));
        goodbyeSent = true;
        write();
        goodbyeTimer = loop.schedule(GOODBYE_NANOS, () -> end(CloseReason.GOODBYE, "no answer to the goodbye"));
        if (goodbyeReceived && (writeFailed || outbox.isEmpty())) {
            loop.execute(() -> end(CloseReason.GOODBYE, "goodbye from both sides"));
        }
    }

    /** Records the peer's goodbye and ignores what the peer sends after it. The peer expects an answer within 5 s. */
    public void goodbyeReceived() {
        goodbyeReceived = true;
        decoder.stop();
    }

    /** Answers the peer's goodbye, after all queued frames. */
    public void answerGoodbye() {
        if (goodbyeSent && outbox.isEmpty()) {
            end(CloseReason.GOODBYE, "goodbye from both sides");
        } else {
            goodbye("");
        }
    }

    /** Closes at once, without a goodbye and without notifying the owner. */
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

    /** {@return the bytes of queued control frames} */
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
            end(goodbyeSent || goodbyeReceived ? CloseReason.GOODBYE : CloseReason.GONE,
                    String.valueOf(failure.getMessage()));
        } else {
            LOG.error("handling a frame failed; closing the connection", failure);
            end(CloseReason.FAULT, failure.toString());
        }
    }

    private void read() throws IOException {
        if (paused || rest != null) {
            return;
        }
        readBuffer.clear();
        int n = channel.read(readBuffer);
        if (n > 0) {
            decoder.decode(readBuffer.flip());
            if (paused && readBuffer.hasRemaining()) {
                rest = ByteBuffer.allocate(readBuffer.remaining()).put(readBuffer).flip();
            }
        } else if (n < 0) {
            end(goodbyeSent || goodbyeReceived ? CloseReason.GOODBYE : CloseReason.GONE,
                    decoder.isInside() ? "end of file inside a frame" : "end of file");
        }
    }

    /**
     * Writes queued frames until the socket would block; the rest is written when the socket becomes writable again.
     */
    void write() {
        if (closed || writeFailed) {
            return;
        }
        try {
            updateInterest(!outbox.writeTo(channel));
        } catch (IOException e) {
            // the peer may still have sent something: keep reading up to the end of file, which notifies the owner
            writeFailed = true;
            outbox.clear();
            updateInterest(false);
        }
    }

    /** Sets whether to wait until the socket is writable. */
    private void updateInterest(boolean waitForWritable) {
        if (writing != waitForWritable) {
            writing = waitForWritable;
            updateInterest();
        }
    }

    /** Updates the interests of the selection key. */
    private void updateInterest() {
        if (key == null || !key.isValid()) {
            return; // not open yet, or the loop has failed
        }
        key.interestOps((paused || rest != null ? 0 : SelectionKey.OP_READ) | (writing ? SelectionKey.OP_WRITE : 0));
    }

    /**
     * Suspends or resumes reading, which gives the peer backpressure. While reading is suspended, an end of file goes
     * unnoticed.
     */
    void pause(boolean pause) {
        if (!closed && paused != pause) {
            paused = pause;
            decoder.suspend(pause);
            updateInterest();
            if (rest != null && !pause) {
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
                updateInterest();
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void end(CloseReason reason, String why) {
        if (!closed) {
            close();
            owner.ended(reason, why);
        }
    }
}
