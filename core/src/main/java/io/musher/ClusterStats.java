package io.musher;

import io.musher.balancer.BalancerStats;
import java.util.List;
import java.util.Optional;

/**
 * A cluster at this moment. Components may be added in later versions.
 *
 * @param wanted instances wanted
 * @param ready workers that get traffic
 * @param restarts replacements the restart policy has made since the cluster started
 * @param workers one line for each worker alive, by instance
 * @param balancer the figures of the common port, empty without one
 */
public record ClusterStats(int wanted, int ready, long restarts, List<WorkerStats> workers, Optional<BalancerStats> balancer) {

    /**
     * Copies the list of workers.
     *
     * @param wanted instances wanted
     * @param ready workers that get traffic
     * @param restarts replacements the restart policy has made since the cluster started
     * @param workers one line for each worker alive, by instance
     * @param balancer the figures of the common port, empty without one
     */
    public ClusterStats {
        workers = List.copyOf(workers);
    }

    /**
     * One worker. Components may be added in later versions.
     *
     * @param id its id
     * @param instance its slot
     * @param state its state
     * @param explanation why it does or does not get traffic, in words
     */
    public record WorkerStats(int id, int instance, WorkerState state, String explanation) { }
}
