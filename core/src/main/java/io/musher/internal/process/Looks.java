package io.musher.internal.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what looks at the process table, on threads that come when they are needed and end when they are not. A look at a process that hangs in
 * the kernel may never return: it keeps its own thread and no other, and looks that begin some seconds later pass that process by, see
 * {@link ProcessTable}. Thread safe.
 */
final class Looks {

    private static final Logger LOG = LoggerFactory.getLogger(Looks.class);

    private static final long PATIENCE_MILLIS = 500;
    private static final int TRIES = 5;
    private static final long IDLE_SECONDS = 2;

    private final String name;
    private final ThreadPoolExecutor pool;

    Looks(String cluster) {
        this.name = cluster + "-look";
        this.pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs it on a thread of its own; here when the cluster has ended. */
    void run(Runnable task) {
        try {
            pool.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            guarded(task);
        }
    }

    /**
     * Waits for what a look sees, and begins anew when that takes too long.
     *
     * @param look may block
     * @param otherwise when nothing can be seen
     */
    <T> T see(Supplier<T> look, T otherwise) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            CompletableFuture<T> seen = new CompletableFuture<>();
            AtomicReference<Thread> thread = new AtomicReference<>();
            run(() -> {
                thread.set(Thread.currentThread());
                try {
                    seen.complete(look.get());
                } catch (RuntimeException | Error e) {
                    seen.completeExceptionally(e);
                }
            });
            try {
                return patiently(seen, thread::get);
            } catch (TimeoutException e) {
                LOG.warn("{}: a look at the process table hangs at a process that hangs in the kernel; tries without it", name);
            } catch (ExecutionException e) {
                LOG.warn("{}: a look at the process table failed", name, e.getCause());
                return otherwise;
            }
        }
        return otherwise;
    }

    /** On a busy machine a look may take long; only one that hangs is given up. */
    private static <T> T patiently(CompletableFuture<T> seen, Supplier<Thread> thread)
            throws InterruptedException, ExecutionException, TimeoutException {
        while (true) {
            try {
                return seen.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (ProcessTable.hangs(thread.get())) {
                    throw e;
                }
            }
        }
    }

    void close() {
        pool.shutdown();
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a task failed", name, e);
        }
    }
}
