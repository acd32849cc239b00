package io.musher;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes users' futures, on one thread as a rule. When a completion keeps the others waiting (users may wait for one future in the
 * completion of another) one more thread begins, and so on, up to a limit. Threads that have nothing to do end.
 *
 * <p>The first {@value #FREE} threads begin after 5 ms without progress and take the completion that has waited longest. Later ones begin
 * after 100 ms and take the newest first: where many completions wait for other futures, it is one of those that lets them go on. More
 * than {@value #MAX} completions that block at once keep the others waiting, which is logged.
 */
final class FutureExecutor implements Executor {

    /** Runs a task after a delay, on any thread. */
    interface Later {
        void run(Runnable task, long nanos);
    }

    static final int FREE = 32;
    static final int MAX = 256;

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long PATIENCE_NANOS = 5_000_000;
    private static final long LONG_PATIENCE_NANOS = 100_000_000;
    private static final long IDLE_MILLIS = 1_000;
    private static final long SELDOM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final Later later;
    private ArrayDeque<Runnable> queue = new ArrayDeque<>(); // this and all below: guarded by this
    private long begun;
    private int threads;
    private int idle;
    private boolean watching;
    private long warnedAt = System.nanoTime() - SELDOM_NANOS;

    /** {@code later} may reject or forget what comes when the cluster has ended; {@link #timersEnded} is called then. */
    FutureExecutor(String name, Later later) {
        this.name = name;
        this.later = later;
    }

    @Override
    public void execute(Runnable completion) {
        synchronized (this) {
            queue.add(completion);
            if (idle > 0) {
                notify();
                return;
            }
        }
        startThreadIfNeeded();
    }

    /** {@return how many threads there are} */
    synchronized int threads() {
        return threads;
    }

    /** Some thread has to take what waits: if none does soon, one more begins. */
    private void startThreadIfNeeded() {
        long before;
        long patience;
        synchronized (this) {
            if (queue.size() <= idle || watching) {
                return;
            } else if (threads == 0) {
                begin();
                return;
            } else if (threads >= MAX) {
                warn();
                return;
            }
            watching = true;
            before = begun;
            patience = threads < FREE ? PATIENCE_NANOS : LONG_PATIENCE_NANOS;
        }
        try {
            later.run(() -> checkProgress(before), patience);
        } catch (RejectedExecutionException e) {
            lookLater(before, patience); // the cluster has ended
        }
    }

    /** What {@code later} was given may never run: the cluster has ended, and with it the timers. Completions may still wait for others. */
    void timersEnded() {
        long before;
        synchronized (this) {
            if (!watching) {
                return;
            }
            before = begun;
        }
        lookLater(before, PATIENCE_NANOS);
    }

    private void lookLater(long before, long patience) {
        Thread thread = new Thread(() -> {
            LockSupport.parkNanos(patience);
            checkProgress(before);
        }, name + "-late");
        thread.setDaemon(true);
        thread.start();
    }

    private void checkProgress(long before) {
        synchronized (this) {
            watching = false;
            if (begun == before && queue.size() > idle) {
                if (threads >= FREE) {
                    warn();
                }
                begin();
            }
        }
        startThreadIfNeeded();
    }

    private void warn() {
        long now = System.nanoTime();
        if (now - warnedAt >= SELDOM_NANOS) {
            warnedAt = now;
            LOG.warn("{}: {} completions of futures block, {} more wait for a thread (at most {} can block): what blocks in thenAccept and the like"
                    + " belongs on an executor of your own, as with thenAcceptAsync(…, executor)", name, threads, queue.size(), MAX);
        }
    }

    private void begin() {
        boolean newestFirst = threads >= FREE;
        threads++;
        Thread thread = new Thread(() -> run(newestFirst), name);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (Error e) { // no memory, or no thread to be had
            threads--;
            LOG.error("{}: no thread for {} completions of futures", name, queue.size(), e);
        }
    }

    private void run(boolean newestFirst) {
        for (Runnable completion; (completion = next(newestFirst)) != null;) {
            startThreadIfNeeded();
            try {
                completion.run();
            } catch (Throwable e) {
                Thread.currentThread().getUncaughtExceptionHandler().uncaughtException(Thread.currentThread(), e);
            }
        }
    }

    /** {@return what to do next, null when there was nothing for a while and the thread shall end} */
    private synchronized Runnable next(boolean newestFirst) {
        if (queue.isEmpty()) {
            idle++;
            await();
            idle--;
        }
        Runnable completion = newestFirst ? queue.pollLast() : queue.pollFirst();
        if (completion != null) {
            begun++;
        } else if (--threads == 0) {
            queue = new ArrayDeque<>(); // it may have been long
        }
        return completion;
    }

    private void await() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
        while (queue.isEmpty()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (millis <= 0) {
                return;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                LOG.trace("{}: a completion left its thread interrupted", name);
            }
        }
    }
}
