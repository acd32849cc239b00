package io.musher.balancer.loop;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets an idle thread run an event loop, see {@link EventLoop#lend}. After a thread has lost the loop, which means that
 * its work is slow, or has given it up, it may not run the loop again for 100 ms. Thread safe.
 */
public final class LoopBorrower {

    private static final long PAUSE_NANOS = 100_000_000L;

    private final EventLoop loop;
    private final AtomicReference<Thread> borrower = new AtomicReference<>();
    private volatile long mayBorrowAt = System.nanoTime();

    /**
     * Creates a borrower that may run the loop at once.
     *
     * @param loop the loop to run
     */
    public LoopBorrower(EventLoop loop) {
        this.loop = loop;
    }

    /** {@return whether the pause after the last time is over} */
    public boolean mayBorrow() {
        return System.nanoTime() - mayBorrowAt >= 0;
    }

    /**
     * Runs the loop on the calling thread until that thread loses it or gives it up. A later caller replaces an earlier
     * one whose work still hangs.
     *
     * @param thread does the work
     */
    public void borrow(EventLoop.BorrowingThread thread) {
        Thread me = Thread.currentThread();
        borrower.set(me);
        loop.lend(thread);
        if (borrower.compareAndSet(me, null)) {
            mayBorrowAt = System.nanoTime() + PAUSE_NANOS;
        }
    }

    /** Wakes a thread that runs the loop and sleeps in the selector; call it after adding work. */
    public void wake() {
        Thread running = borrower.get();
        if (running != null && running != Thread.currentThread()) {
            loop.tryExecute(() -> {});
        }
    }
}
