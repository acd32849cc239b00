package io.musher.internal.ipc;

import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.Nullable;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the heap that unacknowledged messages of all workers may occupy in the primary (receive-side backpressure).
 * Loop thread only.
 *
 * <p>One part of the heap is divided among the workers: each has a window, and as much again for replies. A message
 * beyond that (larger than the window, or from a worker that ignores its window) borrows from a second part, the pool,
 * in order of arrival. Until the pool has room, the primary reads nothing from that worker. The messages of a worker
 * whose channel has ended still count until listeners have processed them.
 */
final class ReceiveBudget {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    private final long total;
    private final Runnable whenFreed;
    private final ArrayDeque<Share> waiting = new ArrayDeque<>();
    private long lent;
    private long heldByEnded; // by messages of workers whose channels have ended
    private final LogThrottle overWindow = new LogThrottle();

    /** {@code heap} is the maximum heap size, in bytes; {@code whenFreed} runs when ended workers hold less of it. */
    ReceiveBudget(long heap, Runnable whenFreed) {
        this.total = heap / Window.PARTS;
        this.whenFreed = whenFreed;
    }

    /** {@return the window of each worker, in bytes, if there are this many workers} */
    long window(int workers) {
        return heldByEnded >= total ? 1
                : Window.within((total - heldByEnded) / (2L * Math.max(workers, 1)), Window.MIN);
    }

    /** A single message fits in any case, unless ended workers hold more than all windows together. */
    private boolean fits(long bytes) {
        long over = Math.max(0, heldByEnded - total);
        return lent == 0 && over == 0 || lent + over + bytes <= total;
    }

    private boolean isPoolAwaited() {
        return waiting.stream().anyMatch(Share::needsOnlyPool);
    }

    private void serve() {
        for (Share each : List.copyOf(waiting)) {
            if (each.needsOnlyPool()) {
                if (!each.borrow()) {
                    return;
                }
                each.admit();
            }
        }
    }

    /** Memory accounting for the messages of one worker. */
    final class Share {

        private final String worker;
        private long window;
        private long limit;
        private long held;
        private long pending; // of held: the message that is not admitted yet
        private long borrowed;
        private boolean ended;
        private @Nullable Connection connection; // null before the hello

        Share(String worker, long window) {
            this.worker = worker;
            window(window);
        }

        void open(Connection opened) {
            connection = opened;
        }

        /** Sets the window. A smaller one takes effect as the unacknowledged messages shrink to it. */
        void window(long bytes) {
            window = bytes;
            limit = Math.max(2 * window, Math.min(limit, held));
        }

        /** {@return the bytes held by messages of this worker} */
        long held() {
            return held;
        }

        /** {@return whether reading from this worker is paused} */
        boolean isPaused() {
            return pending > 0;
        }

        /** Records the header of a message; pauses the connection if there is no room for the message. */
        void charge(long cost) {
            boolean over = held > limit;
            held += cost;
            if (held > limit && (over || isPoolAwaited() || !borrow())) {
                pending = cost;
                waiting.add(this);
                pause(true);
                warn();
            }
        }

        private boolean borrow() {
            long more = Math.max(0, held - limit - borrowed);
            if (!fits(more)) {
                return false;
            }
            borrowed += more;
            lent += more;
            return true;
        }

        private boolean needsOnlyPool() {
            return pending > 0 && held - pending <= limit;
        }

        private void admit() {
            waiting.remove(this);
            pending = 0;
            pause(false);
        }

        private void pause(boolean pause) {
            Objects.requireNonNull(connection).pause(pause); // not null: a message has arrived through it
        }

        /** Records that listeners have processed messages of this cost. */
        void processed(long cost) {
            held -= cost;
            limit = Math.max(2 * window, Math.min(limit, held));
            if (ended) {
                heldByEnded -= cost;
                whenFreed.run();
            } else if (borrowed > 0) {
                giveBack(Math.max(0, Math.min(borrowed, borrowed - (held - limit))));
            }
            if (pending > 0 && held <= limit) { // needs nothing from the pool any more
                admit();
            }
            serve();
        }

        private void giveBack(long bytes) {
            borrowed -= bytes;
            lent -= bytes;
        }

        /**
         * Ends the accounting of a closed channel; {@code unread} is the cost of a message that was never read to its
         * end.
         */
        void end(long unread) {
            if (!ended) {
                ended = true;
                held -= unread;
                pending = 0;
                waiting.remove(this);
                giveBack(borrowed);
                heldByEnded += held;
                serve();
            }
        }

        private void warn() {
            if (overWindow.isDue(System.nanoTime())) {
                LOG.warn(
                        "{}: sends more than its window of {} bytes ({} bytes unprocessed): reading is paused until"
                                + " listeners catch up"
                                + "; use faster listeners or a larger heap (logged once in 10 s)",
                        worker, window, held);
            }
        }
    }
}
