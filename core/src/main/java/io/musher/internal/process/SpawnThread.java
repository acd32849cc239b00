package io.musher.internal.process;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a cluster that starts processes, one after the other; it may block as long as that takes. Nothing else runs on it, so that a start
 * that hangs, because a file server does, hides no exit and holds up no signal.
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

    /** Runs it there; here when there is no such thread any more. */
    void run(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            guarded(task);
        }
    }

    void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("{}: the start of a process hangs", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a task failed", name, e);
        }
    }
}
