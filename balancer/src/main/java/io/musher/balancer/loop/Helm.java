package io.musher.balancer.loop;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Which thread runs a loop's turns: its own, or for a time a {@link Guest}'s.
 *
 * <p>A guest at work may take long, so its work counts as outside of the loop: the loop's own thread looks every millisecond, and
 * takes the helm back when it finds the same work at two looks. While nothing happens it does not look but sleeps, until the guest works again.
 */
final class Helm {

    private static final Log LOG = Log.of(Helm.class);
    private static final long LOOK_NANOS = 1_000_000;
    private static final int QUIET_LOOKS = 50;

    private final Thread own;
    private final AtomicReference<Thread> wanting = new AtomicReference<>();
    private final AtomicLong works = new AtomicLong(); // odd while a guest works
    private volatile Thread steers;
    private volatile Thread atWork; // a guest's; it may lose the helm at any moment
    private volatile boolean dozing;

    Helm(Thread own) {
        this.own = own;
        this.steers = own;
    }

    /** {@return whether the caller may touch what belongs to the loop} */
    boolean isMine() {
        Thread me = Thread.currentThread();
        return steers == me && atWork != me;
    }

    /** Something has changed that the loop's own thread should look at. */
    void wakeOwn() {
        LockSupport.unpark(own);
    }

    // ---- the loop's own thread

    /** Lets a guest steer that wants to; returns when the helm is back. */
    void pass(BooleanSupplier ending) {
        Thread guest = wanting.getAndSet(null);
        if (guest == null) {
            return;
        }
        steers = guest;
        LockSupport.unpark(guest);
        long seen = -1;
        for (int quiet = 0; steers != own;) {
            long now = works.get();
            if ((now & 1) == 1 && (now == seen || ending.getAsBoolean()) && works.compareAndSet(now, now + 1)) {
                steers = own; // the guest learns of it when it has done its work
                return;
            }
            quiet = now == seen ? quiet + 1 : 0;
            seen = now;
            if (quiet < QUIET_LOOKS) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            } else {
                doze(now);
                seen = -1;
            }
        }
    }

    private void doze(long seen) {
        dozing = true;
        if (works.get() == seen && steers != own) {
            LockSupport.park(this);
        }
        dozing = false;
    }

    // ---- the guest's thread

    /**
     * Waits for the helm; {@code wake} makes the loop's own thread end its turn.
     *
     * @return false when the loop ends, or another guest was faster
     */
    boolean take(Runnable wake, BooleanSupplier ending) {
        Thread me = Thread.currentThread();
        if (!wanting.compareAndSet(null, me)) {
            return false;
        }
        wake.run();
        while (steers != me) {
            if (ending.getAsBoolean() && wanting.compareAndSet(me, null)) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return true;
    }

    void giveBack() {
        steers = own;
        LockSupport.unpark(own);
    }

    /** Has the guest do its work. {@return whether it still steers after that, and wants to} */
    boolean work(EventLoop.Guest guest) {
        Thread me = Thread.currentThread();
        atWork = me;
        long begun = works.incrementAndGet();
        if (dozing) {
            LockSupport.unpark(own);
        }
        boolean stays = false;
        try {
            stays = guest.work();
        } catch (Throwable e) {
            LOG.error("the guest of a loop failed, and leaves it", e);
        }
        boolean steersStill = works.compareAndSet(begun, begun + 1);
        if (atWork == me) { // else another guest leads already
            atWork = null;
        }
        if (steersStill && !stays) {
            giveBack();
        }
        return steersStill && stays;
    }
}
