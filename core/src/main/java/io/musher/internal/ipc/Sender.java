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
 * Messages on their way to one peer, from any thread, within a window: what was sent and is not taken by the peer's listeners yet.
 *
 * <p>What was sent before the connection is there waits for it. {@link #send}, {@link #answer} and {@link #whenWritable} may be called from any
 * thread, all else belongs to the loop's.
 */
final class Sender {

    /** While less than this waits, more is accepted. */
    static final long WINDOW = 32L << 20;

    private static final int FRAMES_PER_TURN = 4096;

    /** Somebody whose window a frame spends until the peer has taken it. */
    interface Origin {
        void taken(int cost);
    }

    private record Relayed(long end, Origin origin, int cost) { }

    private final EventLoop loop;
    private final Queue<ByteBuffer> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayDeque<ByteBuffer> early = new ArrayDeque<>(); // passed on, but for the connection
    private final ArrayDeque<Relayed> relayed = new ArrayDeque<>();
    private final List<Runnable> waiters = new ArrayList<>(); // guarded by itself
    private Connection connection;
    private long passedOn;
    private long taken;
    private volatile boolean closed;

    Sender(EventLoop loop) {
        this.loop = loop;
    }

    /** {@return whether it is on its way; false when this is closed, or too much waits} */
    boolean send(ByteBuffer frame) {
        return send(frame, WINDOW);
    }

    /** An answer may go a little over the window: only its asker, who waits for it, could make room. */
    boolean answer(ByteBuffer frame) {
        return send(frame, 2 * WINDOW);
    }

    private boolean send(ByteBuffer frame, long limit) {
        long cost = cost(frame);
        long before;
        do {
            before = waiting.get();
            if (closed || before >= limit) {
                return false;
            }
        } while (!waiting.compareAndSet(before, before + cost));
        queue.add(frame);
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

    /** Runs something when it is worth trying again, or this is closed; on any thread. */
    void whenWritable(Runnable waiter) {
        synchronized (waiters) {
            if (!closed && waiting.get() >= WINDOW) {
                waiters.add(waiter);
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
        if (connection != null) {
            pass(FRAMES_PER_TURN);
            if (!queue.isEmpty()) {
                wake();
            }
        }
    }

    /** The connection is there: all that was sent so far goes first. */
    void open(Connection opened) {
        connection = opened;
        early.forEach(opened::post);
        early.clear();
        flush();
    }

    /** Hands all that was sent so far to the connection. */
    void flush() {
        if (connection != null) {
            pass(Integer.MAX_VALUE);
        }
    }

    private void pass(int atMost) {
        ByteBuffer frame;
        for (int i = 0; i < atMost && (frame = queue.poll()) != null; i++) {
            passedOn += cost(frame);
            if (connection == null) {
                early.add(frame);
            } else {
                connection.post(frame);
            }
        }
        if (connection != null) {
            connection.write();
        }
    }

    /** Passes a frame on for somebody; it spends that one's window rather than being refused. */
    void relay(ByteBuffer frame, Origin origin, int originCost) {
        if (closed) {
            origin.taken(originCost);
            return;
        }
        int cost = cost(frame);
        waiting.addAndGet(cost);
        pass(Integer.MAX_VALUE); // in its order
        passedOn += cost;
        relayed.add(new Relayed(passedOn, origin, originCost));
        if (connection == null) {
            early.add(frame);
        } else {
            connection.post(frame);
            connection.write();
        }
    }

    /** The peer's listeners have taken so much. */
    void taken(long cost) throws BadFrame {
        if (cost < 0 || cost > passedOn - taken) {
            throw new BadFrame("it took " + cost + " of " + (passedOn - taken) + " bytes that were sent");
        }
        taken += cost;
        for (Relayed first; (first = relayed.peek()) != null && first.end - taken <= 0; relayed.remove()) {
            first.origin.taken(first.cost);
        }
        if (waiting.addAndGet(-cost) <= WINDOW / 2) {
            release();
        }
    }

    /** Nothing is sent any more; what is with the connection already still goes out. */
    void close() {
        closed = true;
        queue.clear();
        early.clear();
        release();
        relayed.forEach(each -> each.origin.taken(each.cost));
        relayed.clear();
    }

    private void release() {
        List<Runnable> released;
        synchronized (waiters) {
            released = List.copyOf(waiters);
            waiters.clear();
        }
        released.forEach(Runnable::run);
    }

    private static int cost(ByteBuffer frame) {
        return Letter.cost(frame.remaining() - Frames.HEADER);
    }
}
