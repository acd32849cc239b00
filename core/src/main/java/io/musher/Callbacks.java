package io.musher;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Completes users' futures, on one thread as a rule. When a completion keeps the others waiting (users may wait for one future in the
 * completion of another) one more thread begins, and so on. Threads that have nothing to do end.
 */
final class Callbacks implements Executor {

    private static final long PATIENCE_MILLIS = 5;
    private static final long IDLE_MILLIS = 1_000;
    private static final Executor LATER = CompletableFuture.delayedExecutor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS, Runnable::run);

    private final String name;
    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final AtomicLong begun = new AtomicLong();
    private int threads;
    private int idle;
    private boolean watching;

    Callbacks(String name) {
        this.name = name;
    }

    @Override
    public void execute(Runnable completion) {
        queue.add(completion);
        look();
    }

    /** Somebody has to take what waits. */
    private synchronized void look() {
        if (idle > 0 || queue.isEmpty()) {
            return;
        } else if (threads == 0) {
            begin();
        } else if (!watching) {
            watching = true;
            long before = begun.get();
            LATER.execute(() -> lookAgain(before));
        }
    }

    private synchronized void lookAgain(long before) {
        watching = false;
        if (begun.get() == before && idle == 0 && !queue.isEmpty()) {
            begin();
        }
        look();
    }

    private void begin() {
        threads++;
        Thread thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        for (Runnable completion; (completion = next()) != null;) {
            begun.incrementAndGet();
            look();
            try {
                completion.run();
            } catch (Throwable e) {
                Thread.currentThread().getUncaughtExceptionHandler().uncaughtException(Thread.currentThread(), e);
            }
        }
    }

    /** {@return what to do next, null when there was nothing for a while and the thread shall end} */
    private Runnable next() {
        idle(1);
        Runnable completion = null;
        try {
            completion = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            completion = queue.poll(); // a completion left its thread interrupted
        }
        synchronized (this) {
            idle--;
            if (completion == null) {
                completion = queue.poll(); // it may have come since
            }
            if (completion == null) {
                threads--;
            }
        }
        return completion;
    }

    private synchronized void idle(int change) {
        idle += change;
    }
}
