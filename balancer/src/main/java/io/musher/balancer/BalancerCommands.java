package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the commands of users on the first loop, and completes their futures on callback threads, because dependents may
 * run user code or block. Thread-safe.
 */
final class BalancerCommands {

    private final String name;
    private final LoopGroup loops;
    private final ThreadPoolExecutor callbacks;
    private volatile boolean shuttingDown;

    BalancerCommands(String name, LoopGroup loops) {
        this.name = name;
        this.loops = loops;
        this.callbacks = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, name + "-lb-callbacks");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Runs a command on the first loop; after {@link #shutdownBegins}, not before all loops have stopped accepting: the
     * clients that they have accepted until then need the targets that the command may withdraw.
     *
     * @param command completes the future that it is given, now or later; if it throws, the future fails
     * @return completes as that future does; fails if the balancer is closed
     */
    <T> CompletableFuture<T> run(Consumer<CompletableFuture<T>> command) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Runnable run = () -> {
            try {
                command.accept(done);
            } catch (Throwable e) {
                done.completeExceptionally(e);
                throw e; // the loop logs it
            }
        };
        EventLoop first = loops.first().loop;
        boolean queued = first.tryExecute(() -> {
            if (shuttingDown) {
                loops.fence(() -> {
                    if (first.inLoop()) {
                        run.run();
                    } else {
                        done.completeExceptionally(closed());
                    }
                }, context -> {});
            } else {
                run.run();
            }
        });
        if (!queued) {
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        done.whenComplete((value, thrown) -> callbacks.execute(() -> {
            if (thrown != null) {
                result.completeExceptionally(thrown);
            } else {
                result.complete(value);
            }
        }));
        return result;
    }

    private IllegalStateException closed() {
        return new IllegalStateException(name + " is closed");
    }

    /** The loops are about to stop accepting. */
    void shutdownBegins() {
        shuttingDown = true;
    }

    /** Lets the idle callback threads end, after the end of the loops. */
    void endThreads() {
        callbacks.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    }
}
