package io.musher.internal.process;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a cluster that starts processes, one at a time. A start may block, for example on a file server that
 * hangs; because no other task runs on this thread, that delays neither exits nor signals.
 */
final class SpawnThread {

    private static final Logger LOG = LoggerFactory.getLogger(SpawnThread.class);

    private final String name;
    private final ThreadPoolExecutor executor;

    SpawnThread(String cluster) {
        this.name = cluster + "-spawn";
        this.executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs the task on the spawn thread; after {@link #close()}, on the calling thread. */
    void run(Runnable task) {
        try {
            executor.execute(() -> runAndLog(task));
        } catch (RejectedExecutionException e) {
            runAndLog(task);
        }
    }

    /** Stops the thread after its queued tasks; waits up to 5 s. */
    void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("{}: a process start has not returned within 5 s; its thread is abandoned", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runAndLog(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a task failed", name, e);
        }
    }
}
