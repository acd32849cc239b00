package io.musher.ops.internal.control;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that a door serves at a time. A client may pause reading for as long as it likes while there are slots;
 * when all are taken, a new stream gets the slot of the client that has taken nothing for longest. Thread-safe.
 */
final class StreamSlots {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");
    private static final long CLOSE_MILLIS = 2_000;

    private final Semaphore free;
    private final long stalledNanos;
    private final Set<DoorClient> streaming = ConcurrentHashMap.newKeySet();

    /**
     * Creates the slots.
     *
     * @param count how many
     * @param stalledMillis how long a client must have taken nothing before it can be dropped
     */
    StreamSlots(int count, long stalledMillis) {
        free = new Semaphore(count);
        stalledNanos = TimeUnit.MILLISECONDS.toNanos(stalledMillis);
    }

    /** {@return whether the client has a slot now, which it gives back by {@link #release}} */
    boolean acquire(DoorClient client) throws InterruptedException {
        boolean acquired = free.tryAcquire() || dropStalled() && free.tryAcquire(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        if (acquired) {
            streaming.add(client);
        }
        return acquired;
    }

    void release(DoorClient client) {
        streaming.remove(client);
        free.release();
    }

    private synchronized boolean dropStalled() {
        long now = System.nanoTime();
        Optional<DoorClient> longest = streaming.stream().max(Comparator.comparingLong(each -> each.stalledFor(now)))
                .filter(each -> each.stalledFor(now) >= stalledNanos);
        longest.ifPresent(client -> {
            LOG.info("control endpoint: dropped a stream that has not been read for {} s, for another client",
                    TimeUnit.NANOSECONDS.toSeconds(client.stalledFor(now)));
            streaming.remove(client); // not twice
            client.close();
        });
        return longest.isPresent();
    }
}
