package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages on their way to one peer, from any thread, within a window: what was sent and is not taken by the peer's listeners yet. The window
 * is the smaller one of what this side has memory for and what the peer has told.
 *
 * <p>What was sent before the connection is there waits for it; what is passed on for another worker waits for room in the window. Answers
 * wait for nothing. {@link #send}, {@link #answer} and {@link #whenWritable} may be called from any thread, all else belongs to the loop's.
 */
final class Sender {

    private static final int FRAMES_PER_TURN = 4096;

    /** Somebody whose window a frame spends until the peer has taken it. */
    interface Origin {
        void taken(int cost);
    }

    private record Held(ByteBuffer frame, Origin origin, int cost) { }

    private record Relayed(long end, Origin origin, int cost) { }

    private final EventLoop loop;
    private final Queue<ByteBuffer> answers = new ConcurrentLinkedQueue<>();
    private final Queue<ByteBuffer> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final ArrayDeque<Relayed> relayed = new ArrayDeque<>();
    private final List<Runnable> writableListeners = new ArrayList<>(); // guarded by itself
    private Connection connection;
    private long ours;
    private long theirs = Window.DEFAULT;
    private volatile long window;
    private long passedOn;
    private long taken;
    private volatile boolean closed;

    Sender(EventLoop loop, long ours) {
        this.loop = loop;
        this.ours = ours;
        this.window = Math.min(ours, theirs);
    }

    /** {@return whether it is on its way; false when this is closed, or too much waits} */
    boolean send(ByteBuffer frame) {
        return send(queue, frame, window);
    }

    /** An answer may go a little over the window: only its asker, who waits for it, could make room. */
    boolean answer(ByteBuffer frame) {
        return send(answers, frame, 2 * window);
    }

    private boolean send(Queue<ByteBuffer> to, ByteBuffer frame, long limit) {
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

    boolean isClosed() {
        return closed;
    }

    /** {@return what waits to be taken} */
    long waiting() {
        return waiting.get();
    }

    /** {@return how much may wait} */
    long window() {
        return window;
    }

    /** Runs something when it is worth trying again, or this is closed; on any thread. */
    void whenWritable(Runnable waiter) {
        synchronized (writableListeners) {
            if (!closed && waiting.get() >= window) {
                writableListeners.add(waiter);
                return;
            }
        }
        waiter.run();
    }

    private void wake() {
        if (!scheduled.getAndSet(true)) {
            try {
                loop.execute(this::turn);
            } catch (RejectedExecutionException e) {
                closed = true;
            }
        }
    }

    private void turn() {
        scheduled.set(false);
        if (connection != null && passedOn(FRAMES_PER_TURN, false)) {
            wake();
        }
    }

    /** The connection is there: all that was sent so far goes first. */
    void open(Connection opened) {
        connection = opened;
        passedOn(Integer.MAX_VALUE, false);
    }

    /** Hands all that was sent so far to the connection. */
    void flush() {
        if (connection != null) {
            passedOn(Integer.MAX_VALUE, true);
        }
    }

    /** {@return whether there is more that could be passed on} */
    private boolean passedOn(int atMost, boolean overTheWindow) {
        int left = atMost;
        for (ByteBuffer frame; left > 0 && (frame = answers.poll()) != null; left--) {
            post(frame);
        }
        for (ByteBuffer frame; left > 0 && (overTheWindow || hasRoom()) && (frame = queue.poll()) != null; left--) {
            post(frame);
        }
        for (Held next; left > 0 && (overTheWindow || hasRoom()) && (next = held.poll()) != null; left--) {
            post(next.frame);
            relayed.add(new Relayed(passedOn, next.origin, next.cost));
        }
        connection.write();
        return left == 0;
    }

    private boolean hasRoom() {
        return passedOn - taken < window;
    }

    private void post(ByteBuffer frame) {
        passedOn += cost(frame);
        connection.post(frame);
    }

    /** Passes a frame on for somebody; it spends that one's window rather than being refused. */
    void relay(ByteBuffer frame, Origin origin, int originCost, boolean answer) {
        if (closed) {
            origin.taken(originCost);
            return;
        }
        waiting.addAndGet(cost(frame));
        if (connection != null && !queue.isEmpty()) {
            passedOn(Integer.MAX_VALUE, false); // was sent before
        }
        if (connection != null && (answer || held.isEmpty() && hasRoom())) {
            post(frame);
            relayed.add(new Relayed(passedOn, origin, originCost));
            connection.write();
        } else {
            held.add(new Held(frame, origin, originCost));
        }
    }

    /** The peer's listeners have taken so much. */
    void taken(long cost) throws ProtocolException {
        if (cost < 0 || cost > passedOn - taken) {
            throw new ProtocolException("it took " + cost + " of " + (passedOn - taken) + " bytes that were sent");
        }
        taken += cost;
        for (Relayed first; (first = relayed.peek()) != null && first.end - taken <= 0; relayed.remove()) {
            first.origin.taken(first.cost);
        }
        if (!held.isEmpty() || !queue.isEmpty()) {
            wake();
        }
        if (waiting.addAndGet(-cost) <= window / 2) {
            release();
        }
    }

    /** This side has memory for so much. */
    void ours(long bytes) {
        ours = bytes;
        resize();
    }

    /** The peer has room for so much. */
    void theirs(long bytes) {
        theirs = bytes;
        resize();
    }

    private void resize() {
        long before = window;
        window = Math.min(ours, theirs);
        if (window > before) {
            if (connection != null) {
                wake();
            }
            if (waiting.get() < window) {
                release();
            }
        }
    }

    /** Nothing is sent any more; what is with the connection already still goes out. */
    void close() {
        closed = true;
        answers.clear();
        queue.clear();
        release();
        relayed.forEach(each -> each.origin.taken(each.cost));
        relayed.clear();
        held.forEach(each -> each.origin.taken(each.cost));
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
        return MessageFrame.cost(frame.remaining() - Frames.HEADER);
    }
}
