package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterStats.SlotStats;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The places of a process' workers as commands name them, {@code web-2}: which of them a command has stopped, and the
 * latest worker of each, by which the cluster starts it again. Thread-safe.
 */
final class WorkerPlaces {

    private final String process;
    private final Map<Integer, Worker> latest = new ConcurrentSkipListMap<>();
    private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();

    WorkerPlaces(String process) {
        this.process = process;
    }

    void forked(Worker worker) {
        Worker former = latest.put(worker.instance(), worker);
        if (former == null || former.id() != worker.id()) { // else a late event of the worker that was stopped
            stopped.remove(worker.instance());
        }
    }

    /** Stops a worker, and leaves its place empty until a command starts it or the process. */
    CompletableFuture<?> stop(Worker worker) {
        latest.put(worker.instance(), worker);
        stopped.add(worker.instance());
        return worker.stop();
    }

    /** {@return the last workers of the places that a command has stopped} */
    Collection<Worker> stopped(Optional<Cluster> cluster) {
        return cluster.isEmpty() || stopped.isEmpty() ? List.of()
                : latest.values().stream().filter(worker -> isStopped(cluster.get(), worker.instance())).toList();
    }

    boolean isStopped(Cluster cluster, int instance) {
        return stopped.contains(instance) && slot(cluster, instance).isEmpty();
    }

    /** Forgets what was stopped: all places are to be filled. */
    void fill() {
        stopped.clear();
    }

    /**
     * Starts a worker that was stopped, was given up, or waits for its restart; nothing if there is one.
     *
     * @param mayEnd whether a worker that exits with code 0 has done what it was to do
     * @return completes when it is ready; fails with {@link ControlException} at the first failure
     * @throws ControlException if there is no such place
     */
    CompletableFuture<?> start(Cluster cluster, int instance, boolean mayEnd) throws ControlException {
        Optional<SlotStats> slot = slot(cluster, instance);
        Worker last = latest.get(instance);
        boolean waits = slot.filter(now -> now.state() == SlotStats.State.GAVE_UP
                || now.state() == SlotStats.State.BACKOFF).isPresent();
        if (slot.isPresent() && !(waits && last != null)) {
            return CompletableFuture.completedFuture(null);
        } else if (last == null || slot.isEmpty() && !stopped.contains(instance)) {
            throw new ControlException(ControlException.CONFLICT, process + "-" + (instance + 1)
                    + " is not among the " + cluster.stats().wanted() + " workers of " + process + " at present;"
                    + " musher scale " + process + " N changes their number");
        }
        return StartAttempt.restart(cluster, last, mayEnd);
    }

    private static Optional<SlotStats> slot(Cluster cluster, int instance) {
        return cluster.stats().slots().stream().filter(slot -> slot.instance() == instance).findFirst();
    }
}
