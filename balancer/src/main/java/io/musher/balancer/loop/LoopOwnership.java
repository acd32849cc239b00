package io.musher.balancer.loop;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Which thread runs a loop's turns: its own, or for a time a {@link BorrowingThread}'s.
 *
 * <p>A guest at work may take long, so its work counts as outside of the loop: the loop's own thread looks every millisecond, and
 * takes the helm back when it finds the same work at two looks. While nothing happens it does not look but sleeps, until the guest works again.
 */
final class LoopOwnership {

    private static final Log LOG = Log.of(LoopOwnership.class);
    private static final long CHECK_NANOS = 1_000_000;
    private static final int QUIET_CHECKS = 50;

    private final Thread own;
    private final AtomicReference<Thread> waiting = new AtomicReference<>();
    private final AtomicLong steps = new AtomicLong(); // odd while a guest works
    private volatile Thread owner;
    private volatile Thread atWork; // a guest's; it may lose the helm at any moment
    private volatile boolean sleeping;

    LoopOwnership(Thread own) {
        this.own = own;
        this.owner = own;
    }

    /** {@return whether the caller may touch what belongs to the loop} */
    boolean isMine() {
        Thread me = Thread.currentThread();
        return owner == me && atWork != me;
    }

    /** Something has changed that the loop's own thread should look at. */
    void wakeOwn() {
        LockSupport.unpark(own);
    }

    // ---- the loop's own thread

    /** Lets a guest steer that wants to; returns when the helm is back. */
    void pass(BooleanSupplier ending) {
        Thread guest = waiting.getAndSet(null);
        if (guest == null) {
            return;
        }
        owner = guest;
        LockSupport.unpark(guest);
        long seen = -1;
        for (int quiet = 0; owner != own;) {
            long now = steps.get();
            if ((now & 1) == 1 && (now == seen || ending.getAsBoolean()) && steps.compareAndSet(now, now + 1)) {
                owner = own; // the guest learns of it when it has done its work
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

    // ---- the guest's thread

    /**
     * Waits for the helm; {@code wake} makes the loop's own thread end its turn.
     *
     * @return false when the loop ends, or another guest was faster
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

    /** Has the guest do its work. {@return whether it still steers after that, and wants to} */
    boolean work(EventLoop.BorrowingThread guest) {
        Thread me = Thread.currentThread();
        atWork = me;
        long begun = steps.incrementAndGet();
        if (sleeping) {
            LockSupport.unpark(own);
        }
        boolean stays = false;
        try {
            stays = guest.work();
        } catch (Throwable e) {
            LOG.error("the guest of a loop failed, and leaves it", e);
        }
        boolean steersStill = steps.compareAndSet(begun, begun + 1);
        if (atWork == me) { // else another guest leads already
            atWork = null;
        }
        if (steersStill && !stays) {
            release();
        }
        return steersStill && stays;
    }
}
