package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends and receives the user messages of one end of a channel: messages, requests and answers. The same class serves
 * the primary and the workers.
 *
 * <p>Backpressure: a message counts against the {@link Window} of its sender until the receiver's listeners have
 * processed it. The receiver acknowledges in portions.
 *
 * <p>Any thread: {@link #send}, {@link #ask}, {@link #answer}, {@link #whenWritable}, {@link #buffer},
 * {@link #acknowledge(MessageFrame)} and the queries. Loop thread only: all else.
 */
public final class Mailbox {

    /** Receives the outcome of a request: exactly one call, on the loop thread. */
    public interface ReplyHandler {

        /**
         * Called with the answer, which counts against the window until {@link Mailbox#acknowledge(MessageFrame)}.
         *
         * @param answer a value, bytes, or a {@link FrameType#FAILED failure}
         */
        void answered(MessageFrame answer);

        /** Called when the timeout has passed without an answer. */
        void timedOut();

        /** Called when the peer of the request is gone, or the channel has closed. */
        void gone();
    }

    /** Processed bytes are acknowledged when they reach this number or a quarter of the window. */
    private static final long MOST_PORTION = 256 * 1024;

    private final EventLoop loop;
    private final Inbox inbox;
    private final Sender sender;
    private final PendingRequests pendingRequests;
    private final ReceiveBudget.Share share; // null in a worker: there, the window alone limits what the primary sends
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean acknowledging = new AtomicBoolean();
    private final MessageCounts counts;
    private final ArrayPool arrays;
    private volatile long portion;
    private long coming; // the cost of the message that is being received
    private Connection connection;

    /**
     * Creates a worker's end.
     *
     * @param inbox receives messages and requests
     * @param window the receive window, in bytes; also limits the send window, but not below 1 MiB
     */
    public Mailbox(EventLoop loop, Inbox inbox, MessageCounts counts, ArrayPool arrays, long window) {
        this(loop, inbox, counts, arrays, window, null);
    }

    Mailbox(EventLoop loop, Inbox inbox, MessageCounts counts, ArrayPool arrays, long window,
            ReceiveBudget.Share share) {
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
     * {@return a buffer for a frame}
     *
     * @param size its limit
     */
    public ByteBuffer buffer(int size) {
        return arrays.buffer(size);
    }

    /**
     * Sends a message.
     *
     * @param frame complete; owned by this mailbox from now on, with its array unless the buffer is read-only
     * @return whether the message was accepted; false if the channel has closed or the send window is full
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
     * @param frame complete, and not shared with other requests
     * @param peer the process that is to answer
     * @param timeout for the answer
     * @param handler receives the outcome
     * @return whether the request was accepted; if not, the handler is never called
     */
    public boolean ask(ByteBuffer frame, int peer, Duration timeout, ReplyHandler handler) {
        boolean sent = pendingRequests.ask(sender, frame, peer, timeout, handler);
        if (!sent) {
            counts.refused();
        }
        return sent;
    }

    /**
     * Sends an answer.
     *
     * @param frame complete
     * @return whether the answer was accepted
     */
    public boolean answer(ByteBuffer frame) {
        return sender.answer(frame);
    }

    /**
     * Runs an action when the send window has room again, or the channel has closed; at once if that is so already.
     *
     * @param action may run on any thread
     */
    public void whenWritable(Runnable action) {
        sender.whenWritable(action);
    }

    /** {@return whether sending has ended} */
    public boolean isClosed() {
        return sender.isClosed();
    }

    /** {@return the unacknowledged bytes that this end has sent} */
    public long waiting() {
        return sender.waiting();
    }

    /** {@return the send window, in bytes} */
    public long window() {
        return sender.window();
    }

    /** {@return the queue of received messages} */
    public Inbox inbox() {
        return inbox;
    }

    // ---- loop thread only

    /**
     * Attaches the connection and sends what was queued before.
     *
     * @param opened carries the messages from now on
     */
    public void open(Connection opened) {
        connection = opened;
        if (share != null) {
            share.open(opened);
        }
        sender.open(opened);
        sendAcknowledgement();
    }

    /** Records the header of a message; the message counts against the window until {@link #acknowledge}. */
    void headerReceived(int cost) {
        coming = cost;
        share.owe(cost);
    }

    /** Records that the message was read to its end. */
    void bodyReceived() {
        coming = 0;
    }

    /** {@return the unacknowledged bytes that the peer has sent} */
    long received() {
        return share.owed();
    }

    /** {@return whether reading is paused because the peer has sent too much} */
    boolean isPaused() {
        return share.isPaused();
    }

    /** Sets the receive window of this end. */
    void window(long window) {
        share.window(window);
        sender.ours(sent(window));
        portion = portion(window);
        sendAcknowledgement(); // with a smaller window, what is due now may be less than the former portion
    }

    /**
     * Sets the receive window of the peer.
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
     * Dispatches a received frame: completes the request of an answer, queues anything else in the inbox.
     *
     * @param message or an answer
     */
    public void receive(MessageFrame message) {
        if (FrameType.isAnswer(message.type())) {
            if (!pendingRequests.answered(message)) {
                acknowledge(message.cost());
            }
        } else {
            inbox.add(message);
        }
    }

    private void delivered(MessageFrame message) {
        counts.delivered();
        acknowledge(message.cost());
    }

    /**
     * Acknowledges an answer that was passed to a {@link ReplyHandler}.
     *
     * @param answer after it was processed
     */
    public void acknowledge(MessageFrame answer) {
        acknowledge(answer.cost());
    }

    /** Counts processed bytes, and acknowledges them to the peer once they make up a portion. */
    void acknowledge(int cost) {
        if (taken.addAndGet(cost) >= portion && !acknowledging.getAndSet(true)) {
            loop.tryExecute(this::sendAcknowledgement);
        }
    }

    /** Sends a pending acknowledgement. */
    private void sendAcknowledgement() {
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
     * Handles an acknowledgement of the peer.
     *
     * @param payload the number of bytes
     * @throws ProtocolException if it is more than was sent
     */
    public void taken(ByteBuffer payload) throws ProtocolException {
        sender.taken(Frames.number(payload, Long.MAX_VALUE, "taking", "number of bytes"));
    }

    void relay(ByteBuffer frame, Sender.Origin origin, int cost, boolean answer) {
        sender.relay(frame, origin, cost, answer);
    }

    /** Flushes queued messages and ends sending; to be called before the goodbye is sent. */
    public void closeSending() {
        sender.flush();
        sender.close();
    }

    /** Ends sending and fails pending requests, because the channel has closed. */
    public void close() {
        sender.close();
        pendingRequests.close();
        if (share != null) {
            share.end(coming);
            portion = 1; // nothing is sent to the peer any more, but the share must count every processed message
            sendAcknowledgement();
        }
    }
}
