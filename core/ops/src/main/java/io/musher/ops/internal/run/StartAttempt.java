package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.Subscription;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.LogMemory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Observes a start until all workers are ready, or the first one has ended before. */
final class StartAttempt {

    private static final String MAY_END = "; it is started again whenever it ends: a program that is to end needs"
            + " \"restart\": \"never\" in the config file, or musher run --once";

    private StartAttempt() {}

    /**
     * Scales a cluster up.
     *
     * @param mayEnd whether a worker that exits with code 0 has done what it was to do
     * @return completes when all are ready; fails with {@link ControlException} at the first failure, while the cluster
     *     goes on trying
     */
    static CompletableFuture<Void> scale(Cluster cluster, int instances, boolean mayEnd) {
        return observe(cluster, () -> cluster.scale(instances), worker -> true, mayEnd);
    }

    /**
     * Starts a worker in the place of one that was stopped or given up.
     *
     * @param last the latest worker of the place
     * @param mayEnd as for {@link #scale}
     * @return as {@link #scale}
     */
    static CompletableFuture<Void> restart(Cluster cluster, Worker last, boolean mayEnd) {
        return observe(cluster, last::restart, worker -> worker.instance() == last.instance(), mayEnd);
    }

    private static CompletableFuture<Void> observe(Cluster cluster, Supplier<CompletableFuture<?>> start,
            Predicate<Worker> concerned, boolean mayEnd) {
        CompletableFuture<Void> attempt = new CompletableFuture<>();
        Subscription failures = cluster.on(ClusterEvent.WorkerEvent.class, event -> {
            if (!concerned.test(event.worker())) {
                return;
            }
            if (event instanceof ClusterEvent.Exited exited && !exited.exit().voluntary()
                    && exited.exit().cause() != Exit.Cause.PORT_TAKEN) {
                if (mayEnd && exited.exit().status() == 0) {
                    attempt.complete(null);
                } else {
                    fail(attempt, cluster, event, exited.exit().status() == 0 ? MAY_END : "");
                }
            } else if (event instanceof ClusterEvent.Restarting || event instanceof ClusterEvent.GaveUp) {
                fail(attempt, cluster, event, "");
            }
        });
        attempt.whenComplete((done, failure) -> failures.close());
        start.get().whenComplete((done, failure) -> {
            if (failure != null) {
                Throwable cause = failure.getCause();
                attempt.completeExceptionally(new ControlException(ControlException.FAILED, cluster.name() + ": "
                        + (failure instanceof CompletionException && cause != null ? cause : failure).getMessage()));
            } else {
                attempt.complete(null);
            }
        });
        return attempt;
    }

    private static void fail(CompletableFuture<Void> attempt, Cluster cluster, ClusterEvent.WorkerEvent event,
            String advice) {
        Worker worker = event.worker();
        String output = worker.lastOutput();
        String last = LogMemory.failureLine(output.lines().toList());
        attempt.completeExceptionally(new ControlException(ControlException.FAILED,
                cluster.name() + ": worker " + worker.id() + " (" + worker.name() + "): " + event.reason()
                        + (last.isEmpty() ? "" : ": \"" + last + "\"") + advice + OwnPort.advice(cluster, output),
                output));
    }
}
