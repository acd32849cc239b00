package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The messages of one end of a channel, the same on both sides: what is sent, what is asked, what has come.
 *
 * <p>Windows: a message spends its sender's until the receiver's listeners have taken it; that is told in portions. {@link #send},
 * {@link #ask}, {@link #answer} and {@link #whenWritable} may be called from any thread, all else belongs to the loop's.
 */
public final class Mailbox {

    /** How a request ends: by one of these, once, on the loop's thread. */
    public interface ReplyHandler {

        /**
         * By an answer; it counts as not taken until {@link Mailbox#acknowledge(MessageFrame)}.
         *
         * @param answer or a failure
         */
        void answered(MessageFrame answer);

        /** By its deadline. */
        void timedOut();

        /** Because who was asked is gone. */
        void gone();
    }

    /** What was taken is told when it is so much, or a quarter of the window. */
    private static final long MOST_PORTION = 256 * 1024;

    private final EventLoop loop;
    private final Inbox inbox;
    private final Sender sender;
    private final PendingRequests pendingRequests;
    private final Intake.Share share; // null where the peer alone bounds what comes
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean acknowledging = new AtomicBoolean();
    private final MessageCounts counts;
    private final ArrayPool arrays;
    private volatile long portion;
    private long coming; // what the message that comes costs
    private Connection connection;

    /**
     * A worker's end.
     *
     * @param loop the connection's
     * @param inbox where messages go
     * @param counts are kept
     * @param spares of the loop's connections
     * @param window how much may come, and be sent, that is not taken
     */
    public Mailbox(EventLoop loop, Inbox inbox, MessageCounts counts, ArrayPool arrays, long window) {
        this(loop, inbox, counts, arrays, window, null);
    }

    Mailbox(EventLoop loop, Inbox inbox, MessageCounts counts, ArrayPool arrays, long window, Intake.Share share) {
        this.loop = loop;
        this.inbox = inbox;
        this.share = share;
        this.sender = new Sender(loop, sent(window));
        this.portion = portion(window);
        this.pendingRequests = new PendingRequests(loop, counts);
        this.counts = counts;
        this.arrays = arrays;
        inbox.onDelivered(this::delivered);
    }

    /**
     * {@return a buffer for a frame, for any thread}
     *
     * @param size its limit
     */
    public ByteBuffer buffer(int size) {
        return arrays.buffer(size);
    }

    /**
     * Sends a message.
     *
     * @param frame a whole one; this mailbox' own from now on, and its array too, unless it is read-only
     * @return whether it is on its way; false when the channel has closed or too much waits
     */
    public boolean send(ByteBuffer frame) {
        boolean sent = sender.send(frame);
        if (!sent) {
            counts.refused();
        }
        return sent;
    }

    /**
     * Sends a request.
     *
     * @param frame a whole one, of this request alone
     * @param peer who is to answer
     * @param timeout for the answer
     * @param asker hears how it ends
     * @return whether it is on its way; if not, the asker hears nothing
     */
    public boolean ask(ByteBuffer frame, int peer, Duration timeout, ReplyHandler asker) {
        boolean sent = pendingRequests.ask(sender, frame, peer, timeout, asker);
        if (!sent) {
            counts.refused();
        }
        return sent;
    }

    /**
     * Sends an answer.
     *
     * @param frame a whole one
     * @return whether it is on its way
     */
    public boolean answer(ByteBuffer frame) {
        return sender.answer(frame);
    }

    /**
     * Runs something when it is worth trying again, or never will be.
     *
     * @param waiter on any thread
     */
    public void whenWritable(Runnable waiter) {
        sender.whenWritable(waiter);
    }

    /** {@return whether nothing can be sent any more} */
    public boolean isClosed() {
        return sender.isClosed();
    }

    /** {@return how much waits to be taken by the peer's listeners} */
    public long waiting() {
        return sender.waiting();
    }

    /** {@return how much may wait} */
    public long window() {
        return sender.window();
    }

    /** {@return where messages go} */
    public Inbox inbox() {
        return inbox;
    }

    // ---- the loop's

    /**
     * The connection is there: what was sent so far goes first.
     *
     * @param opened carries it from now on
     */
    public void open(Connection opened) {
        connection = opened;
        if (share != null) {
            share.open(opened);
        }
        sender.open(opened);
        acknowledgementSent();
    }

    /** A message comes; whoever takes it says so by {@link #acknowledge}. */
    void comes(int cost) {
        coming = cost;
        share.owe(cost);
    }

    /** It has come. */
    void came() {
        coming = 0;
    }

    /** {@return what the peer has sent and nobody has taken} */
    long received() {
        return share.owed();
    }

    /** {@return whether the peer is not read, because it has sent too much} */
    boolean isPaused() {
        return share.isPaused();
    }

    /** This side has another window from now on. */
    void window(long window) {
        share.window(window);
        sender.ours(sent(window));
        portion = portion(window);
        acknowledgementSent(); // the peer may wait for less than the portion before
    }

    /**
     * The peer has told its window.
     *
     * @param window in bytes
     */
    public void peersWindow(long window) {
        sender.theirs(window);
    }

    private static long sent(long window) {
        return Math.max(Window.LEAST_SENT, window);
    }

    private static long portion(long window) {
        return Math.max(1, Math.min(MOST_PORTION, window / 4));
    }

    /**
     * A message for this side has come.
     *
     * @param letter or an answer
     */
    public void receive(MessageFrame letter) {
        if (FrameType.isAnswer(letter.type())) {
            if (!pendingRequests.answered(letter)) {
                acknowledge(letter.cost());
            }
        } else {
            inbox.add(letter);
        }
    }

    private void delivered(MessageFrame letter) {
        counts.delivered();
        acknowledge(letter.cost());
    }

    /**
     * An answer is dealt with.
     *
     * @param answer that an {@link ReplyHandler} was given
     */
    public void acknowledge(MessageFrame answer) {
        acknowledge(answer.cost());
    }

    /** From any thread: the window may move on. */
    void acknowledge(int cost) {
        if (taken.addAndGet(cost) >= portion && !acknowledging.getAndSet(true)) {
            try {
                loop.execute(this::acknowledgementSent);
            } catch (RejectedExecutionException e) {
                acknowledging.set(true); // for ever: nobody is left to be told
            }
        }
    }

    private void acknowledgementSent() {
        acknowledging.set(false);
        if (connection != null) {
            long cost = taken.getAndSet(0);
            if (cost > 0) {
                if (share != null) {
                    share.took(cost);
                }
                connection.send(Frames.control(FrameType.TAKEN, Long.toString(cost)));
            }
        }
    }

    /**
     * The peer's listeners have taken something.
     *
     * @param payload says how much
     * @throws ProtocolException if it cannot be
     */
    public void taken(ByteBuffer payload) throws ProtocolException {
        sender.taken(Frames.number(payload, Long.MAX_VALUE, "taking", "number of bytes"));
    }

    void relay(ByteBuffer frame, Sender.Origin origin, int cost, boolean answer) {
        sender.relay(frame, origin, cost, answer);
    }

    /** The channel's goodbye is next: what was sent goes first, and nothing after it. */
    public void closeSending() {
        sender.flush();
        sender.close();
    }

    /** The channel has ended. */
    public void close() {
        sender.close();
        pendingRequests.close();
        if (share != null) {
            share.end(coming);
            portion = 1; // nobody is told any more, but what it had sent is to be counted to its end
            acknowledgementSent();
        }
    }
}
