package io.musher.internal.dispatch;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.LogThrottle;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Completes users' futures, normally on one thread. If a completion blocks the others (a user may wait for one future
 * in a completion of another), another thread is started, and so on up to a limit. Idle threads end.
 *
 * <p>The first {@value #QUICK_THREADS} threads start after 5 ms without progress and take the oldest completion. Later
 * threads start after 100 ms and take the newest one first: where many completions wait for other futures, a recent one
 * is likely to unblock them. If {@value #MAX_THREADS} completions block at once, the others wait, which is logged.
 */
public final class FutureExecutor implements Executor {

    /** Runs tasks after a delay, on any thread. */
    public interface DelayedExecutor {
        /** {@return false if the task will never run because the cluster has ended} */
        boolean run(Runnable task, long nanos);
    }

    static final int QUICK_THREADS = 32;
    static final int MAX_THREADS = 256;

    private static final Log LOG = Log.lazy("io.musher.Cluster");
    private static final long QUICK_NANOS = 5_000_000;
    private static final long SLOW_NANOS = 100_000_000;
    private static final long IDLE_MILLIS = 1_000;

    private final String name;
    private final DelayedExecutor delayedExecutor;
    private final LogThrottle throttle = new LogThrottle();
    private ArrayDeque<Runnable> queue = new ArrayDeque<>(); // guarded by this, like all fields below
    private long begun;
    private int threads;
    private int idle;
    private boolean watching;

    /**
     * Creates an executor without threads. If {@code delayedExecutor} may drop tasks that it has accepted,
     * {@link #timersEnded} must be called then.
     */
    public FutureExecutor(String name, DelayedExecutor delayedExecutor) {
        this.name = name;
        this.delayedExecutor = delayedExecutor;
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

    /** {@return the current number of threads} */
    synchronized int threads() {
        return threads;
    }

    /** Makes sure that queued completions are run: starts another thread if no thread takes them soon. */
    private void startThreadIfNeeded() {
        long before;
        long delay;
        synchronized (this) {
            if (queue.size() <= idle || watching) {
                return;
            } else if (threads == 0) {
                startThread();
                return;
            } else if (threads >= MAX_THREADS) {
                warn();
                return;
            }
            watching = true;
            before = begun;
            delay = threads < QUICK_THREADS ? QUICK_NANOS : SLOW_NANOS;
        }
        if (!delayedExecutor.run(() -> checkProgress(before), delay)) {
            checkLater(before, delay);
        }
    }

    /**
     * Replaces a pending check of {@code delayedExecutor}, which may never run after the cluster has ended: completions
     * may still wait for other completions.
     */
    public void timersEnded() {
        long before;
        synchronized (this) {
            if (!watching) {
                return;
            }
            before = begun;
        }
        checkLater(before, QUICK_NANOS);
    }

    private void checkLater(long before, long delay) {
        Thread thread = new Thread(() -> {
            LockSupport.parkNanos(delay);
            checkProgress(before);
        }, name + "-late");
        thread.setDaemon(true);
        thread.start();
    }

    private void checkProgress(long before) {
        synchronized (this) {
            watching = false;
            if (begun == before && queue.size() > idle) {
                if (threads >= QUICK_THREADS) {
                    warn();
                }
                startThread();
            }
        }
        startThreadIfNeeded();
    }

    private void warn() {
        if (throttle.isDue(System.nanoTime())) {
            LOG.warn(
                    "{}: {} completions of futures block their threads, {} more are queued (at most {} threads): run"
                            + " code"
                            + " that blocks on an executor of your own, as with thenAcceptAsync(…, executor)",
                    name, threads, queue.size(), MAX_THREADS);
        }
    }

    private void startThread() {
        boolean newestFirst = threads >= QUICK_THREADS;
        threads++;
        Thread thread = new Thread(() -> run(newestFirst), name);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (Error e) { // out of memory, or no thread available
            threads--;
            LOG.error("{}: cannot start a thread for {} completions of futures, which wait for the next one", name,
                    queue.size(), e);
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

    /** {@return the next completion; null after an idle period, when the thread is to end} */
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
            queue = new ArrayDeque<>(); // releases the array, which may have grown large
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
