package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends messages to one peer within a send window (send-side backpressure): the bytes that the peer's listeners may
 * leave unacknowledged. The send window is the smaller one of this side's memory limit and the receive window of the
 * peer.
 *
 * <p>Messages sent before the connection exists are queued until it does. Messages relayed for another worker are
 * queued until the window has room; replies are not. {@link #send}, {@link #reply}, {@link #replyFailure},
 * {@link #whenWritable} and the queries may be called from any thread; all else is for the loop thread only.
 */
final class Sender {

    private static final int FRAMES_PER_TURN = 4096;

    /** The sender of a relayed message, whose window the message counts against until the peer has acknowledged it. */
    interface Origin {
        void acknowledged(int cost);
    }

    private record Held(ByteBuffer frame, Origin origin, int cost) {}

    private record Relayed(long end, Origin origin, int cost) {}

    private final EventLoop loop;
    private final MessageCounts counts;
    private final Queue<ByteBuffer> replies = new ConcurrentLinkedQueue<>();
    private final Queue<ByteBuffer> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong beyondWindow = new AtomicLong(); // unacknowledged failures that did not fit the window
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final ArrayDeque<Relayed> relayed = new ArrayDeque<>();
    private final List<Runnable> writableListeners = new ArrayList<>(); // guarded by itself
    private @Nullable Connection connection;
    private long ownLimit;
    private long peerWindow = Window.DEFAULT;
    private volatile long window;
    private long passedOn; // bytes passed to the connection so far
    private long acknowledged; // of these bytes
    private volatile boolean closed;

    Sender(EventLoop loop, MessageCounts counts, long ownLimit) {
        this.loop = loop;
        this.counts = counts;
        this.ownLimit = ownLimit;
        this.window = Math.min(ownLimit, peerWindow);
    }

    /** {@return whether the message was accepted; false if this sender is closed or the window is full} */
    boolean send(ByteBuffer frame) {
        return enqueue(queue, frame, window) || refused();
    }

    /** Replies may use twice the window: the waiting requester may be the only one able to free space. */
    boolean reply(ByteBuffer frame) {
        return enqueue(replies, frame, 2 * window) || refused();
    }

    /** Failures may use a quarter of the window more than replies: they end requests that would time out. */
    boolean replyFailure(ByteBuffer frame) {
        return enqueue(replies, frame, 2 * window) || enqueueBeyondWindow(frame) || refused();
    }

    private boolean enqueue(Queue<ByteBuffer> to, ByteBuffer frame, long limit) {
        long cost = cost(frame);
        long before;
        do {
            before = waiting.get();
            if (closed || before >= limit) {
                return false;
            }
        } while (!waiting.compareAndSet(before, before + cost));
        to.add(frame);
        wake();
        return true;
    }

    private boolean enqueueBeyondWindow(ByteBuffer frame) {
        long cost = cost(frame);
        if (closed) {
            return false;
        } else if (beyondWindow.addAndGet(cost) > window / 4) {
            beyondWindow.addAndGet(-cost);
            return false;
        }
        waiting.addAndGet(cost);
        replies.add(frame);
        wake();
        return true;
    }

    private boolean refused() {
        counts.refused();
        return false;
    }

    boolean isClosed() {
        return closed;
    }

    /** {@return the unacknowledged bytes, queued ones included} */
    long waiting() {
        return waiting.get();
    }

    /** {@return the send window, in bytes} */
    long window() {
        return window;
    }

    /**
     * Runs an action, on any thread, when the window has room again or this sender is closed; at once if that is so
     * already.
     */
    void whenWritable(Runnable action) {
        synchronized (writableListeners) {
            if (!closed && waiting.get() >= window) {
                writableListeners.add(action);
                return;
            }
        }
        action.run();
    }

    private void wake() {
        if (!scheduled.getAndSet(true) && !loop.tryExecute(this::turn)) {
            closed = true;
        }
    }

    private void turn() {
        scheduled.set(false);
        if (connection != null && passOn(connection, FRAMES_PER_TURN, false)) {
            wake();
        }
    }

    /** Attaches the connection and sends what was queued before. */
    void open(Connection opened) {
        connection = opened;
        passOn(opened, Integer.MAX_VALUE, false);
    }

    /** Passes all queued messages to the connection, whatever the window. */
    void flush() {
        if (connection != null) {
            passOn(connection, Integer.MAX_VALUE, true);
        }
    }

    /** Passes queued frames to the connection. {@return whether the limit {@code atMost} ended it} */
    private boolean passOn(Connection to, int atMost, boolean overTheWindow) {
        int left = atMost;
        for (ByteBuffer frame; left > 0 && (frame = replies.poll()) != null; left--) {
            post(to, frame);
        }
        for (ByteBuffer frame; left > 0 && (overTheWindow || hasRoom()) && (frame = queue.poll()) != null; left--) {
            post(to, frame);
        }
        for (Held next; left > 0 && (overTheWindow || hasRoom()) && (next = held.poll()) != null; left--) {
            post(to, next.frame);
            relayed.add(new Relayed(passedOn, next.origin, next.cost));
        }
        to.write();
        return left == 0;
    }

    private boolean hasRoom() {
        return passedOn - acknowledged < window;
    }

    private void post(Connection to, ByteBuffer frame) {
        passedOn += cost(frame);
        to.post(frame);
    }

    /**
     * Sends a frame on behalf of another worker; never refuses it, since it counts against the window of that worker.
     */
    void relay(ByteBuffer frame, Origin origin, int originCost, boolean reply) {
        if (closed) {
            origin.acknowledged(originCost);
            return;
        }
        waiting.addAndGet(cost(frame));
        if (connection != null && !queue.isEmpty()) {
            passOn(connection, Integer.MAX_VALUE, false); // keep the order: these were sent earlier
        }
        if (connection != null && (reply || held.isEmpty() && hasRoom())) {
            post(connection, frame);
            relayed.add(new Relayed(passedOn, origin, originCost));
            connection.write();
        } else {
            held.add(new Held(frame, origin, originCost));
        }
    }

    /** Handles an acknowledgement: moves the window on and sends what was waiting for room. */
    void acknowledged(long cost) throws ProtocolException {
        if (cost < 0 || cost > passedOn - acknowledged) {
            throw new ProtocolException(
                    "an acknowledgement of " + cost + " bytes, with " + (passedOn - acknowledged)
                            + " bytes unacknowledged");
        }
        acknowledged += cost;
        if (beyondWindow.get() > 0) {
            beyondWindow.updateAndGet(bytes -> Math.max(0, bytes - cost));
        }
        for (Relayed first; (first = relayed.peek()) != null && first.end - acknowledged <= 0; relayed.remove()) {
            first.origin.acknowledged(first.cost);
        }
        if (!held.isEmpty() || !queue.isEmpty()) {
            wake();
        }
        if (waiting.addAndGet(-cost) <= window / 2) {
            release();
        }
    }

    /** Sets this side's limit of the send window. */
    void ownLimit(long bytes) {
        ownLimit = bytes;
        resize();
    }

    /** Sets the receive window of the peer. */
    void peerWindow(long bytes) {
        peerWindow = bytes;
        resize();
    }

    private void resize() {
        long before = window;
        window = Math.min(ownLimit, peerWindow);
        if (window > before) {
            if (connection != null) {
                wake();
            }
            if (waiting.get() < window) {
                release();
            }
        }
    }

    /** Ends sending and discards queued messages; those passed to the connection already are still written. */
    void close() {
        closed = true;
        replies.clear();
        queue.clear();
        release();
        relayed.forEach(each -> each.origin.acknowledged(each.cost));
        relayed.clear();
        held.forEach(each -> each.origin.acknowledged(each.cost));
        held.clear();
    }

    private void release() {
        List<Runnable> released;
        synchronized (writableListeners) {
            released = List.copyOf(writableListeners);
            writableListeners.clear();
        }
        released.forEach(Runnable::run);
    }

    private static int cost(ByteBuffer frame) {
        return MessageFrame.cost(frame.remaining() - FrameHeader.SIZE);
    }
}
