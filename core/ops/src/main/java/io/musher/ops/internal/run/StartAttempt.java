package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.Exit;
import io.musher.Subscription;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.LogMemory;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

/** Observes a start until all workers are ready or have done what they were to do, or the first one has failed. */
final class StartAttempt {

    private static final String MAY_END = "; it is started again whenever it ends: a program that is to end needs"
            + " \"restart\": \"never\" in the config file, or musher run --once";

    private final Cluster cluster;
    /** The place of the only worker that is started; empty for all. */
    private final OptionalInt place;
    private final boolean mayEnd;
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    /** Whether the cluster waits for no worker any more. */
    private volatile boolean complete;
    /** How many exits there were before, and how many have been judged since. */
    private final AtomicLong exits = new AtomicLong();

    private StartAttempt(Cluster cluster, OptionalInt place, boolean mayEnd) {
        this.cluster = cluster;
        this.place = place;
        this.mayEnd = mayEnd;
    }

    /**
     * Scales a cluster up.
     *
     * @param mayEnd whether a worker that exits with code 0 has done what it was to do
     * @return completes when each worker is ready or has done what it was to do; fails with {@link ControlException} at
     *     the first failure, while the cluster goes on trying
     */
    static CompletableFuture<Void> scale(Cluster cluster, int instances, boolean mayEnd) {
        return new StartAttempt(cluster, OptionalInt.empty(), mayEnd).observe(() -> cluster.scale(instances));
    }

    /**
     * Starts a worker in the place of one that was stopped or given up.
     *
     * @param last the latest worker of the place
     * @param mayEnd as for {@link #scale}
     * @return as {@link #scale}
     */
    static CompletableFuture<Void> restart(Cluster cluster, Worker last, boolean mayEnd) {
        return new StartAttempt(cluster, OptionalInt.of(last.instance()), mayEnd).observe(last::restart);
    }

    /** Begins a start. */
    private interface Start {
        CompletableFuture<?> begin();
    }

    private CompletableFuture<Void> observe(Start start) {
        Subscription events = cluster.on(ClusterEvent.WorkerEvent.class, this::note);
        result.whenComplete((done, failure) -> events.close());
        exits.addAndGet(exits(cluster.stats())); // after the subscription: none is missed
        start.begin().whenComplete((done, failure) -> {
            if (failure != null) {
                Throwable cause = failure.getCause();
                result.completeExceptionally(new ControlException(ControlException.FAILED, cluster.name() + ": "
                        + (failure instanceof CompletionException && cause != null ? cause : failure).getMessage()));
            } else {
                complete = true;
                completeIfJudged();
            }
        });
        return result;
    }

    private void note(ClusterEvent.WorkerEvent event) {
        if (place.isEmpty() || event.worker().instance() == place.getAsInt()) {
            judge(event);
        }
        if (event instanceof ClusterEvent.Exited) {
            exits.incrementAndGet();
        }
        completeIfJudged();
    }

    private void judge(ClusterEvent.WorkerEvent event) {
        if (event instanceof ClusterEvent.Exited exited && !exited.exit().voluntary()
                && exited.exit().cause() != Exit.Cause.PORT_TAKEN) {
            boolean isDone = exited.exit().status() == 0;
            if (!isDone || !mayEnd) {
                fail(event, isDone ? MAY_END : "");
            } else if (place.isPresent()) {
                result.complete(null);
            } // else the cluster does not wait for it any more
        } else if (event instanceof ClusterEvent.Restarting || event instanceof ClusterEvent.GaveUp) {
            fail(event, "");
        }
    }

    /** Waits for the events of all exits that the cluster knows of, because one of them may be a failure. */
    private void completeIfJudged() {
        if (complete && exits.get() >= exits(cluster.stats())) {
            result.complete(null);
        }
    }

    private static long exits(ClusterStats stats) {
        return stats.forks() - stats.workers().size();
    }

    private void fail(ClusterEvent.WorkerEvent event, String advice) {
        Worker worker = event.worker();
        String output = worker.lastOutput();
        String last = LogMemory.failureLine(output.lines().toList());
        result.completeExceptionally(new ControlException(ControlException.FAILED,
                cluster.name() + ": worker " + worker.id() + " (" + worker.name() + "): " + event.reason()
                        + (last.isEmpty() ? "" : ": \"" + last + "\"") + advice + OwnPort.advice(cluster, output),
                output));
    }
}
