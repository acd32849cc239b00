package io.musher.internal.ipc;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much of this JVM's heap the messages of all workers may hold that no listener has taken yet. One thread.
 *
 * <p>One part of the heap is divided: each worker may leave its window untaken, and as much again of answers. What is over that, a message
 * larger than a window or one from a program that does not keep to its window, needs a place in a second part, the pool, in the order of the
 * requests; until it has one, nothing is read from that worker. A worker that has ended still holds what it had sent.
 */
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final long SELDOM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long total;
    private final Runnable whenFreed;
    private final ArrayDeque<Share> waiting = new ArrayDeque<>();
    private long lent;
    private long left; // by workers that have ended
    private long warnedAt = System.nanoTime() - SELDOM_NANOS;

    /** {@code heap} is its maximum, in bytes; {@code whenFreed} runs when workers that have ended hold less. */
    Intake(long heap, Runnable whenFreed) {
        this.total = heap / Window.PARTS;
        this.whenFreed = whenFreed;
    }

    /** {@return the window of each of so many workers} */
    long window(int workers) {
        return left >= total ? 1 : Window.within((total - left) / (2L * Math.max(workers, 1)), Window.LEAST);
    }

    /** One has room in any case, unless those that have ended hold more than all windows together. */
    private boolean fits(long bytes) {
        long over = Math.max(0, left - total);
        return lent == 0 && over == 0 || lent + over + bytes <= total;
    }

    private boolean isWanted() {
        return waiting.stream().anyMatch(Share::wantsOnlyRoom);
    }

    private void serve() {
        for (Share each : List.copyOf(waiting)) {
            if (each.wantsOnlyRoom()) {
                if (!each.borrow()) {
                    return;
                }
                each.admit();
            }
        }
    }

    /** What one worker holds. */
    final class Share {

        private final String worker;
        private long window;
        private long limit;
        private long owed;
        private long pending; // of owed: not admitted
        private long borrowed;
        private boolean ended;
        private Connection connection;

        Share(String worker, long window) {
            this.worker = worker;
            window(window);
        }

        void open(Connection opened) {
            connection = opened;
        }

        /** A smaller window holds from when the worker has come down to it. */
        void window(long bytes) {
            window = bytes;
            limit = Math.max(2 * window, Math.min(limit, owed));
        }

        /** {@return what it holds} */
        long owed() {
            return owed;
        }

        /** {@return whether nothing is read now} */
        boolean isPaused() {
            return pending > 0;
        }

        /** A message begins to come. */
        void owe(long cost) {
            boolean over = owed > limit;
            owed += cost;
            if (owed > limit && (over || isWanted() || !borrow())) {
                pending = cost;
                waiting.add(this);
                connection.pause(true);
                warn();
            }
        }

        private boolean borrow() {
            long more = Math.max(0, owed - limit - borrowed);
            if (!fits(more)) {
                return false;
            }
            borrowed += more;
            lent += more;
            return true;
        }

        private boolean wantsOnlyRoom() {
            return pending > 0 && owed - pending <= limit;
        }

        private void admit() {
            waiting.remove(this);
            pending = 0;
            connection.pause(false);
        }

        /** Listeners have taken so much. */
        void took(long cost) {
            owed -= cost;
            limit = Math.max(2 * window, Math.min(limit, owed));
            if (ended) {
                left -= cost;
                whenFreed.run();
            } else if (borrowed > 0) {
                giveBack(Math.max(0, Math.min(borrowed, borrowed - (owed - limit))));
            }
            if (pending > 0 && owed <= limit) { // needs no room
                admit();
            }
            serve();
        }

        private void giveBack(long bytes) {
            borrowed -= bytes;
            lent -= bytes;
        }

        /** The channel has ended; {@code unread} of what was announced does not come any more. */
        void end(long unread) {
            if (!ended) {
                ended = true;
                owed -= unread;
                pending = 0;
                waiting.remove(this);
                giveBack(borrowed);
                left += owed;
                serve();
            }
        }

        private void warn() {
            long now = System.nanoTime();
            if (now - warnedAt >= SELDOM_NANOS) {
                warnedAt = now;
                LOG.warn("{}: sends more than its window ({} bytes, {} are not taken): reads no more from it until listeners have taken some"
                        + " (said once in 10 s); a larger heap or faster listeners help", worker, window, owed);
            }
        }
    }
}
