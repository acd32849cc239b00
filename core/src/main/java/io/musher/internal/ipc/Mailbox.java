package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The user messages of one end of a channel, messages, requests and replies: a {@link Sender}, an {@link Inbox} and the
 * pending requests. The same class serves the primary and the workers.
 *
 * <p>Backpressure: a message counts against the {@link Window} of its sender until the receiver's listeners have
 * processed it. The receiver acknowledges in portions.
 *
 * <p>Any thread: {@link #send}, {@link #request}, {@link #reply}, {@link #replyFailure}, {@link #whenWritable},
 * {@link #buffer}, {@link #acknowledge(MessageFrame)} and the queries. Loop thread only: all else.
 */
public final class Mailbox {

    /** Receives the outcome of a request: exactly one call, on the loop thread. */
    public interface ReplyHandler {

        /**
         * Called with the reply, which counts against the window until {@link Mailbox#acknowledge(MessageFrame)}.
         *
         * @param reply a value, bytes, or a {@link FrameType#REQUEST_FAILED failure}
         */
        void replied(MessageFrame reply);

        /** Called when the timeout has passed without a reply. */
        void timedOut();

        /** Called when the peer of the request is gone, or the channel has closed. */
        void gone();
    }

    private final Inbox inbox;
    private final Sender sender;
    private final PendingRequests pendingRequests;
    private final ArrayPool arrays;

    /**
     * Creates a worker's end.
     *
     * @param handler handles received messages and requests
     * @param window the receive window, in bytes; also limits the send window, but not below 1 MiB
     */
    public Mailbox(EventLoop loop, MessageHandler handler, MessageCounts counts, ArrayPool arrays, long window) {
        this(loop, handler, counts, arrays, window, null);
    }

    Mailbox(EventLoop loop, MessageHandler handler, MessageCounts counts, ArrayPool arrays, long window,
            @Nullable ReceiveBudget.Share share) {
        this.sender = new Sender(loop, counts, sendLimit(window));
        this.pendingRequests = new PendingRequests(loop, counts);
        this.inbox = new Inbox(loop, handler, pendingRequests, counts, window, share);
        this.arrays = arrays;
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
        return sender.send(frame);
    }

    /**
     * Sends a request.
     *
     * @param frame complete, and not shared with other requests
     * @param peer the process that is to reply
     * @param timeout for the reply
     * @param handler receives the outcome
     * @return whether the request was accepted; if not, the handler is never called
     */
    public boolean request(ByteBuffer frame, int peer, Duration timeout, ReplyHandler handler) {
        return pendingRequests.request(sender, frame, peer, timeout, handler);
    }

    /**
     * Sends the reply to a request; replies may use twice the send window.
     *
     * @param frame complete
     * @return whether the reply was accepted
     */
    public boolean reply(ByteBuffer frame) {
        return sender.reply(frame);
    }

    /**
     * Sends a failure as the reply to a request; failures are accepted a little longer than other replies.
     *
     * @param frame complete and small
     * @return whether the failure was accepted
     */
    public boolean replyFailure(ByteBuffer frame) {
        return sender.replyFailure(frame);
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

    /** {@return the receiving end} */
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
        sender.open(opened);
        inbox.open(opened);
    }

    /** Sets the receive window of this end. */
    void window(long window) {
        sender.ownLimit(sendLimit(window));
        inbox.window(window);
    }

    /**
     * Sets the receive window of the peer.
     *
     * @param window in bytes
     */
    public void peerWindow(long window) {
        sender.peerWindow(window);
    }

    private static long sendLimit(long window) {
        return Math.max(Window.MIN_SEND, window);
    }

    /**
     * Acknowledges a reply that was passed to a {@link ReplyHandler}.
     *
     * @param reply after it was processed
     */
    public void acknowledge(MessageFrame reply) {
        inbox.acknowledge(reply.cost());
    }

    /**
     * Handles an acknowledgement of the peer.
     *
     * @param payload the number of bytes
     * @throws ProtocolException if it is more than was sent
     */
    public void acknowledgementReceived(ByteBuffer payload) throws ProtocolException {
        sender.acknowledged(Frames.number(payload, Long.MAX_VALUE, "an acknowledgement of", "number of bytes"));
    }

    void relay(ByteBuffer frame, Sender.Origin origin, int cost, boolean reply) {
        sender.relay(frame, origin, cost, reply);
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
        inbox.close();
    }
}
