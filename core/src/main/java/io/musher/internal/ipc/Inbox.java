package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Receives the messages of one end of a channel: completes the requests of replies, queues all else for a
 * {@link MessageHandler}, and acknowledges to the peer what has been processed.
 *
 * <p>Messages are delivered in order, on the listener thread, in batches, so that other tasks of that thread get their
 * turn. They are kept while there is no listener; the sender's window bounds the queue. Processed bytes are
 * acknowledged in portions.
 *
 * <p>Any thread: {@link #scheduleDelivery}, {@link #flush} and {@link #acknowledge}. Loop thread only: all else.
 */
public final class Inbox {

    private static final int PER_TURN = 256;

    /** Processed bytes are acknowledged when they reach this number or a quarter of the window. */
    private static final long MAX_PORTION = 256 * 1024;

    private final EventLoop loop;
    private final MessageHandler handler;
    private final PendingRequests pendingRequests;
    private final MessageCounts counts;
    // null in a worker: there, the window alone limits what the primary sends
    private final @Nullable ReceiveBudget.Share share;
    private final Queue<MessageFrame> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean deliveryScheduled = new AtomicBoolean();
    private final AtomicLong processed = new AtomicLong(); // bytes, not acknowledged yet
    private final AtomicBoolean acknowledgementScheduled = new AtomicBoolean();
    private volatile long portion;
    private long incoming; // the cost of the message that is being received
    private @Nullable Connection connection;

    Inbox(EventLoop loop, MessageHandler handler, PendingRequests pendingRequests, MessageCounts counts, long window,
            @Nullable ReceiveBudget.Share share) {
        this.loop = loop;
        this.handler = handler;
        this.pendingRequests = pendingRequests;
        this.counts = counts;
        this.portion = portion(window);
        this.share = share;
    }

    /** Attaches the connection. */
    void open(Connection opened) {
        connection = opened;
        if (share != null) {
            share.open(opened);
        }
        sendAcknowledgement();
    }

    /** Records the header of a message; the message counts against the window until {@link #acknowledge}. */
    void headerReceived(int cost) {
        incoming = cost;
        if (share != null) {
            share.charge(cost);
        }
    }

    /** Records that a message was read to its end. */
    void bodyReceived() {
        incoming = 0;
    }

    /**
     * Handles a received message: completes the request of a reply, queues anything else.
     *
     * @param message or a reply
     */
    public void receive(MessageFrame message) {
        if (FrameType.isReply(message.type())) {
            if (!pendingRequests.complete(message)) {
                acknowledge(message.cost());
            }
        } else {
            queue.add(message);
            scheduleDelivery();
        }
    }

    /** Schedules the delivery of queued messages, if there is a listener. To be called when a listener is added. */
    public void scheduleDelivery() {
        if (!queue.isEmpty() && handler.hasListener() && !deliveryScheduled.getAndSet(true)) {
            handler.execute(this::deliverBatch);
        }
    }

    /** Schedules the delivery of all queued messages, ahead of any task that the listener thread gets later. */
    public void flush() {
        if (!queue.isEmpty()) {
            handler.execute(() -> deliver(Integer.MAX_VALUE));
        }
    }

    private void deliverBatch() {
        try {
            deliver(PER_TURN);
        } finally {
            deliveryScheduled.set(false);
            scheduleDelivery();
        }
    }

    private void deliver(int atMost) {
        MessageFrame message;
        for (int i = 0; i < atMost && handler.mayContinue() && handler.hasListener()
                && (message = queue.poll()) != null; i++) {
            try {
                handler.handle(message);
            } finally {
                counts.delivered();
                acknowledge(message.cost());
            }
        }
    }

    /** Counts processed bytes, and acknowledges them to the peer once they make up a portion. */
    void acknowledge(int cost) {
        if (processed.addAndGet(cost) >= portion && !acknowledgementScheduled.getAndSet(true)) {
            loop.tryExecute(this::sendAcknowledgement);
        }
    }

    private void sendAcknowledgement() {
        acknowledgementScheduled.set(false);
        if (connection != null) {
            long cost = processed.getAndSet(0);
            if (cost > 0) {
                if (share != null) {
                    share.processed(cost);
                }
                connection.send(Frames.control(FrameType.ACKNOWLEDGE, Long.toString(cost)));
            }
        }
    }

    /** Sets the receive window. */
    void window(long window) {
        if (share != null) {
            share.window(window);
        }
        portion = portion(window);
        sendAcknowledgement(); // with a smaller window, what is due now may be less than the former portion
    }

    private static long portion(long window) {
        return Math.max(1, Math.min(MAX_PORTION, window / 4));
    }

    /** {@return the unacknowledged bytes that the peer has sent} */
    long received() {
        return share == null ? 0 : share.held();
    }

    /** {@return whether reading is paused because the peer has sent too much} */
    boolean isPaused() {
        return share != null && share.isPaused();
    }

    /** Settles the memory accounting when the channel has closed; queued messages are still delivered. */
    void close() {
        if (share != null) {
            share.end(incoming);
            portion = 1; // nothing is sent to the peer any more, but the share must count every processed message
            sendAcknowledgement();
        }
    }
}
