package io.musher.internal.process.output;

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
 * A bounded queue with backpressure between the threads that read workers' output and one consumer. The consumer is
 * called on a thread of its own, so a consumer that blocks does not block the readers for good: while the queue is full
 * a producer waits, but when the consumer has taken nothing for a second, new items are dropped until it takes items
 * again. Thread safe.
 *
 * @param <T> the type of the items
 */
final class BoundedHandoff<T> {

    private record Item<T>(T value, int weight) {}

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
    private boolean warned;
    private boolean closed;
    private boolean failed;

    BoundedHandoff(String name, Consumer<T> consumer) {
        this(name, consumer, TimeUnit.SECONDS.toNanos(1));
    }

    /** @param timeoutNanos how long a producer waits while the consumer takes nothing */
    BoundedHandoff(String name, Consumer<T> consumer, long timeoutNanos) {
        this.name = name;
        this.consumer = consumer;
        this.timeoutNanos = timeoutNanos;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Adds an item; blocks while the queue is full and the consumer makes progress.
     *
     * @return false if the item was dropped
     */
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
                    warnBlocked();
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

    /** {@return the number of bytes dropped so far} */
    long dropped() {
        return dropped.get();
    }

    /**
     * Rejects new items and waits until the consumer has taken the queued ones, or the timeout has passed.
     *
     * @return whether the consumer has taken all
     */
    boolean close(long timeoutMillis) {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(Math.max(1, timeoutMillis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        long reported = 0;
        for (Item<T> item = next(); item != null; item = next()) {
            try {
                consumer.accept(item.value());
            } catch (Throwable e) {
                if (!failed) { // log once only: the consumer is called for every line
                    failed = true;
                    LOG.warn("{}: the consumer of workers' output failed; further failures are not logged", name, e);
                }
            }
            boolean resumed = taken(item.weight());
            long now = dropped();
            if (resumed && now > reported) {
                LOG.warn("{}: {} bytes of workers' output were dropped: they were not consumed in time", name,
                        now - reported);
                reported = now;
            }
        }
    }

    /** Logs on a thread of its own: the log may go to the same place as the output, and block there. */
    private void warnBlocked() {
        if (!warned) {
            warned = true;
            Thread logger = new Thread(() -> LOG.warn(
                    "{}: the consumer has taken no output for {} ms; further output of the workers is dropped until"
                            + " it does",
                    name, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)), name + "-warning");
            logger.setDaemon(true);
            logger.start();
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

    /** Records that the consumer has taken an item; returns whether it had been stuck until now. */
    private boolean taken(int bytes) {
        lock.lock();
        try {
            boolean wasStuck = stuck;
            stuck = false;
            weight -= bytes;
            taken++;
            changed.signalAll();
            return wasStuck;
        } finally {
            lock.unlock();
        }
    }
}
