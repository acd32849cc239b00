package io.musher.balancer.loop;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Determines which thread runs an event loop: the loop's own, or temporarily a {@link EventLoop.BorrowingThread}'s (the
 * borrower).
 *
 * <p>The borrower's work may take long, so it does not count as part of the loop: the loop's own thread checks every
 * millisecond, and resumes control if two successive checks find the same work in progress. After 50 checks without any
 * work the loop's own thread sleeps until the borrower works again.
 */
final class LoopOwnership {

    private static final Log LOG = Log.of(LoopOwnership.class);
    private static final long CHECK_NANOS = 1_000_000;
    private static final int QUIET_CHECKS = 50;

    private final Thread own;
    private final AtomicReference<Thread> waiting = new AtomicReference<>();
    private final AtomicLong steps = new AtomicLong(); // odd while a borrower works
    private volatile Thread owner;
    private volatile @Nullable Thread atWork; // a borrower's thread, which may lose control at any moment
    private volatile boolean sleeping;

    LoopOwnership(Thread own) {
        this.own = own;
        this.owner = own;
    }

    /** {@return whether the calling thread may access the state of the loop} */
    boolean isMine() {
        Thread me = Thread.currentThread();
        return owner == me && atWork != me;
    }

    /** Wakes the loop's own thread to check whether the loop closes. */
    void wakeOwn() {
        LockSupport.unpark(own);
    }

    // ---- the loop's own thread

    /** Passes control to a waiting borrower, if any; returns when the loop's own thread has control again. */
    void pass(BooleanSupplier ending) {
        Thread borrower = waiting.getAndSet(null);
        if (borrower == null) {
            return;
        }
        owner = borrower;
        LockSupport.unpark(borrower);
        long seen = -1;
        for (int quiet = 0; owner != own;) {
            long now = steps.get();
            if ((now & 1) == 1 && (now == seen || ending.getAsBoolean()) && steps.compareAndSet(now, now + 1)) {
                owner = own; // the borrower notices when its work is done
                return;
            }
            quiet = now == seen ? quiet + 1 : 0;
            seen = now;
            if (quiet < QUIET_CHECKS) {
                LockSupport.parkNanos(this, CHECK_NANOS);
            } else {
                sleep(now);
                seen = -1;
            }
        }
    }

    private void sleep(long seen) {
        sleeping = true;
        if (steps.get() == seen && owner != own) {
            LockSupport.park(this);
        }
        sleeping = false;
    }

    // ---- the borrower's thread

    /**
     * Waits for control of the loop; {@code wake} makes the loop's own thread end its turn.
     *
     * @return false if the loop ends, or another borrower is already waiting
     */
    boolean take(Runnable wake, BooleanSupplier ending) {
        Thread me = Thread.currentThread();
        if (!waiting.compareAndSet(null, me)) {
            return false;
        }
        wake.run();
        while (owner != me) {
            if (ending.getAsBoolean() && waiting.compareAndSet(me, null)) {
                return false;
            }
            LockSupport.parkNanos(this, CHECK_NANOS);
        }
        return true;
    }

    void release() {
        owner = own;
        LockSupport.unpark(own);
    }

    /**
     * Runs the borrower's work.
     *
     * @return whether the borrower still has control and wants to keep it
     */
    boolean work(EventLoop.BorrowingThread borrower) {
        Thread me = Thread.currentThread();
        atWork = me;
        long begun = steps.incrementAndGet();
        if (sleeping) {
            LockSupport.unpark(own);
        }
        boolean wantsToStay = false;
        try {
            wantsToStay = borrower.work();
        } catch (Throwable e) {
            LOG.error("a borrowing thread threw; the loop's own thread resumes control", e);
        }
        boolean keepsControl = steps.compareAndSet(begun, begun + 1);
        if (atWork == me) { // else another borrower has control already
            atWork = null;
        }
        if (keepsControl && !wantsToStay) {
            release();
        }
        return keepsControl && wantsToStay;
    }
}
