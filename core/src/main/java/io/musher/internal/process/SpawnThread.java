package io.musher.internal.process;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a cluster that may block, for as long as a process start or a look at the process table takes. */
final class SpawnThread {

    private static final Logger LOG = LoggerFactory.getLogger(SpawnThread.class);

    private final String name;
    private final ScheduledThreadPoolExecutor executor;
    private final Guard guard;

    /** @param mark what the marks of guarded workers begin with */
    SpawnThread(String cluster, String mark, int graceTenths) {
        this.name = cluster + "-spawn";
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        this.guard = new Guard(cluster, mark, graceTenths, this::run);
    }

    /** {@return of this thread's alone} */
    Guard guard() {
        return guard;
    }

    /** Runs it there; here when there is no such thread any more. */
    void run(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            guarded(task);
        }
    }

    /** {@return false when it is too late} */
    boolean later(Runnable task, long millis) {
        try {
            executor.schedule(() -> guarded(task), millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Sends a signal that the JDK cannot send. On this thread only. */
    void signal(String signal, long id) {
        if (guard.signal(signal, id)) {
            return;
        }
        try {
            new ProcessBuilder(Platform.SH.orElseThrow(), "-c", "kill \"-$1\" \"$2\"", "kill", signal, Long.toString(id))
                    .redirectInput(Platform.NULL).redirectOutput(Platform.NULL).redirectError(Platform.NULL).start();
        } catch (IOException e) {
            LOG.warn("{}: signal {} could not be sent to {}", name, signal, id, e);
        }
    }

    void close() {
        run(guard::close);
        executor.shutdown();
        try {
            executor.awaitTermination(5, TimeUnit.SECONDS);
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
