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

    private static final Log LOG = Log.lazy("io.musher.balancer.loop.LoopOwnership");
    private static final long CHECK_NANOS = 1_000_000;
    private static final int QUIET_CHECKS = 50;

    private final Thread loopThread;
    private final AtomicReference<Thread> waiting = new AtomicReference<>();
    private final AtomicLong steps = new AtomicLong(); // odd while a borrower works
    private volatile Thread controllingThread;
    private volatile @Nullable Thread workingBorrower; // a borrower's thread, which may lose control at any moment
    private volatile boolean sleeping;

    LoopOwnership(Thread own) {
        this.loopThread = own;
        this.controllingThread = own;
    }

    /** {@return whether the calling thread may access the state of the loop} */
    boolean isMine() {
        Thread me = Thread.currentThread();
        return controllingThread == me && workingBorrower != me;
    }

    /** Wakes the loop's own thread to check whether the loop closes. */
    void wakeOwn() {
        LockSupport.unpark(loopThread);
    }

    // ---- the loop's own thread

    /** Passes control to a waiting borrower, if any; returns when the loop's own thread has control again. */
    void pass(BooleanSupplier ending) {
        Thread borrower = waiting.getAndSet(null);
        if (borrower == null) {
            return;
        }
        controllingThread = borrower;
        LockSupport.unpark(borrower);
        long seen = -1;
        for (int quiet = 0; controllingThread != loopThread;) {
            long now = steps.get();
            if ((now & 1) == 1 && (now == seen || ending.getAsBoolean()) && steps.compareAndSet(now, now + 1)) {
                controllingThread = loopThread; // the borrower notices when its work is done
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
        if (steps.get() == seen && controllingThread != loopThread) {
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
        while (controllingThread != me) {
            if (ending.getAsBoolean() && waiting.compareAndSet(me, null)) {
                return false;
            }
            LockSupport.parkNanos(this, CHECK_NANOS);
        }
        return true;
    }

    void release() {
        controllingThread = loopThread;
        LockSupport.unpark(loopThread);
    }

    /**
     * Runs the borrower's work.
     *
     * @return whether the borrower still has control and wants to keep it
     */
    boolean work(EventLoop.BorrowingThread borrower) {
        Thread me = Thread.currentThread();
        workingBorrower = me;
        long begun = steps.incrementAndGet();
        if (sleeping) {
            LockSupport.unpark(loopThread);
        }
        boolean wantsToStay = false;
        try {
            wantsToStay = borrower.work();
        } catch (Throwable e) {
            LOG.error("a borrowing thread threw; the loop's own thread resumes control", e);
        }
        boolean keepsControl = steps.compareAndSet(begun, begun + 1);
        if (workingBorrower == me) { // else another borrower has control already
            workingBorrower = null;
        }
        if (keepsControl && !wantsToStay) {
            release();
        }
        return keepsControl && wantsToStay;
    }
}
