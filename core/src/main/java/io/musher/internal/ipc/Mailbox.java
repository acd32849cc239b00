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
    public interface Asker {

        /**
         * By an answer.
         *
         * @param answer or a failure
         */
        void answered(Letter answer);

        /** By its deadline. */
        void late();

        /** Because who was asked is gone. */
        void gone();
    }

    /** What was taken is told when it is so much. */
    private static final long PORTION = 256 * 1024;

    private final EventLoop loop;
    private final Inbox inbox;
    private final Sender sender;
    private final Replies replies;
    private final long mayOwe;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean telling = new AtomicBoolean();
    private final MessageCounts counts;
    private final SpareArrays spares;
    private long owed;
    private Connection connection;

    /**
     * One end.
     *
     * @param loop the connection's
     * @param inbox where messages go
     * @param counts are kept
     * @param spares of the loop's connections
     * @param mayOwe a peer that sends more than this without its being taken breaks the rules
     */
    public Mailbox(EventLoop loop, Inbox inbox, MessageCounts counts, SpareArrays spares, long mayOwe) {
        this.loop = loop;
        this.inbox = inbox;
        this.mayOwe = mayOwe;
        this.sender = new Sender(loop);
        this.replies = new Replies(loop, counts);
        this.counts = counts;
        this.spares = spares;
        inbox.whenTaken(this::heard);
    }

    /**
     * {@return a buffer for a frame, for any thread}
     *
     * @param size its limit
     */
    public ByteBuffer buffer(int size) {
        return spares.buffer(size);
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
    public boolean ask(ByteBuffer frame, int peer, Duration timeout, Asker asker) {
        boolean sent = replies.ask(sender, frame, peer, timeout, asker);
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
        sender.open(opened);
        told();
    }

    /** A message has come; whoever takes it says so by {@link #took}. */
    void owes(int cost) throws BadFrame {
        owed += cost;
        if (owed > mayOwe) {
            throw new BadFrame("more messages than its window allows: " + owed + " bytes are not taken yet");
        }
    }

    /**
     * A message for this side has come.
     *
     * @param letter or an answer
     */
    public void receive(Letter letter) {
        if (FrameType.isAnswer(letter.type())) {
            replies.answered(letter);
            took(letter.cost());
        } else {
            inbox.add(letter);
        }
    }

    private void heard(Letter letter) {
        counts.delivered();
        took(letter.cost());
    }

    /** From any thread: the window may move on. */
    void took(int cost) {
        if (taken.addAndGet(cost) >= PORTION && !telling.getAndSet(true)) {
            try {
                loop.execute(this::told);
            } catch (RejectedExecutionException e) {
                telling.set(true); // for ever: nobody is left to be told
            }
        }
    }

    private void told() {
        telling.set(false);
        if (connection != null) {
            long portion = taken.getAndSet(0);
            if (portion > 0) {
                owed -= portion;
                connection.send(Frames.control(FrameType.TAKEN, Long.toString(portion)));
            }
        }
    }

    /**
     * The peer's listeners have taken something.
     *
     * @param payload says how much
     * @throws BadFrame if it cannot be
     */
    public void taken(ByteBuffer payload) throws BadFrame {
        sender.taken(Frames.number(payload, Long.MAX_VALUE, "taking", "number of bytes"));
    }

    void relay(ByteBuffer frame, Sender.Origin origin, int cost) {
        sender.relay(frame, origin, cost);
    }

    /** The channel's goodbye is next: what was sent goes first, and nothing after it. */
    public void closeSending() {
        sender.flush();
        sender.close();
    }

    /** The channel has ended. */
    public void close() {
        sender.close();
        replies.close();
    }
}
