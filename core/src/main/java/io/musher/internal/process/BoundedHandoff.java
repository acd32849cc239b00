package io.musher.internal.process;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the threads that read workers' output and somebody who takes it: a thread of its own calls the taker, so a taker that
 * blocks blocks nobody else. Bounded: while it is full a giver waits, but when the taker has taken nothing for a second, what
 * comes is dropped until it takes again. Thread safe.
 *
 * @param <T> what is handed over
 */
final class BoundedHandoff<T> {

    private record Item<T>(T value, int weight) { }

    private static final Logger LOG = LoggerFactory.getLogger(BoundedHandoff.class);
    private static final int CAPACITY = 1 << 20;

    private final String name;
    private final Consumer<T> consumer;
    private final long timeoutNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Item<T>> queue = new ArrayDeque<>();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private long weight;
    private long taken;
    private boolean stuck;
    private boolean closed;
    private boolean failed;

    BoundedHandoff(String name, Consumer<T> taker) {
        this(name, taker, TimeUnit.SECONDS.toNanos(1));
    }

    /** @param patience how long a giver waits for a taker that takes nothing, in nanoseconds */
    BoundedHandoff(String name, Consumer<T> taker, long patience) {
        this.name = name;
        this.consumer = taker;
        this.timeoutNanos = patience;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** {@return false when it was dropped} */
    boolean offer(T value, int bytes) {
        lock.lock();
        try {
            long seen = taken;
            long left = timeoutNanos;
            while (weight > 0 && weight + bytes > CAPACITY && !stuck && !closed) {
                left = changed.awaitNanos(left);
                if (taken != seen) {
                    seen = taken;
                    left = timeoutNanos;
                } else if (left <= 0) {
                    stuck = true;
                }
            }
            if (closed || weight > 0 && weight + bytes > CAPACITY) {
                dropped.addAndGet(bytes);
                return false;
            }
            queue.add(new Item<>(value, bytes));
            weight += bytes;
            changed.signalAll();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            dropped.addAndGet(bytes);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** {@return bytes dropped so far} */
    long dropped() {
        return dropped.get();
    }

    /** Ends when what waits has been taken, or after that time; what comes later is dropped. */
    void close(long millis) {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long told = 0;
        for (Item<T> item = next(); item != null; item = next()) {
            try {
                consumer.accept(item.value());
            } catch (Throwable e) {
                if (!failed) { // once: it is called for every line
                    failed = true;
                    LOG.warn("{}: whoever takes the workers' output failed; this is told once", name, e);
                }
            }
            boolean again = taken(item.weight());
            long now = dropped();
            if (again && now > told) {
                LOG.warn("{}: {} bytes of workers' output were dropped: nobody took them", name, now - told);
                told = now;
            }
        }
    }

    private Item<T> next() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            return queue.poll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether it had been stuck} */
    private boolean taken(int bytes) {
        lock.lock();
        try {
            boolean was = stuck;
            stuck = false;
            weight -= bytes;
            taken++;
            changed.signalAll();
            return was;
        } finally {
            lock.unlock();
        }
    }
}
