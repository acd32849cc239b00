package io.musher.internal.process.os;

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
 * Thread pool for queries of the process table, which may block, with a timeout and retries. Reading about a process
 * that hangs in the kernel may never return: such a query occupies its own thread only, and queries that begin some
 * seconds later skip that process, see {@link ProcessTable}. Threads are created on demand and end when idle. Thread
 * safe.
 */
public final class ProcessTableExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessTableExecutor.class);

    private static final long CHECK_MILLIS = 500;
    private static final int TRIES = 5;
    private static final long IDLE_SECONDS = 2;

    private final String name;
    private final ThreadPoolExecutor pool;

    public ProcessTableExecutor(String cluster) {
        this.name = cluster + "-process-table";
        this.pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
                new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Runs the task on a pool thread; after {@link #close()}, on the calling thread. */
    public void run(Runnable task) {
        try {
            pool.execute(() -> runAndLog(task));
        } catch (RejectedExecutionException e) {
            runAndLog(task);
        }
    }

    /**
     * Runs a query on a pool thread and waits for its result; retries when the query hangs.
     *
     * @param query may block
     * @param otherwise the result when the query fails or every attempt hangs
     */
    public <T> T query(Supplier<T> query, T otherwise) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            CompletableFuture<T> result = new CompletableFuture<>();
            AtomicReference<Thread> thread = new AtomicReference<>();
            run(() -> {
                thread.set(Thread.currentThread());
                try {
                    result.complete(query.get());
                } catch (RuntimeException | Error e) {
                    result.completeExceptionally(e);
                }
            });
            try {
                return awaitUnlessHung(result, thread::get);
            } catch (TimeoutException e) {
                LOG.warn(
                        "{}: reading the process table blocks at a process that hangs in the kernel; retrying"
                                + " without that process",
                        name);
            } catch (ExecutionException e) {
                LOG.warn("{}: reading the process table failed", name, e.getCause());
                return otherwise;
            }
        }
        return otherwise;
    }

    /** Waits for a query. On a busy machine a query may take long; only one that hangs is abandoned. */
    private static <T> T awaitUnlessHung(CompletableFuture<T> result, Supplier<Thread> thread)
            throws InterruptedException, ExecutionException, TimeoutException {
        while (true) {
            try {
                return result.get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (ProcessTable.hangs(thread.get())) {
                    throw e;
                }
            }
        }
    }

    public void close() {
        pool.shutdown();
    }

    private void runAndLog(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a task failed", name, e);
        }
    }
}
