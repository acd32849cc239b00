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
 * @param messages what became of messages
 * @param balancer the figures of the common port, empty without one
 * @param rollout the reload or deploy that runs, if one does
 */
public record ClusterStats(int wanted, int ready, long restarts, List<WorkerStats> workers, MessageStats messages,
        Optional<BalancerStats> balancer, Optional<RolloutStats> rollout) {

    /**
     * Copies the list of workers.
     *
     * @param wanted instances wanted
     * @param ready workers that get traffic
     * @param restarts replacements the restart policy has made since the cluster started
     * @param workers one line for each worker alive, by instance
     * @param messages what became of messages
     * @param balancer the figures of the common port, empty without one
     * @param rollout the reload or deploy that runs, if one does
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
     * @param waiting bytes of messages that were sent to it and its listeners have not taken yet
     */
    public record WorkerStats(int id, int instance, WorkerState state, String explanation, long waiting) { }

    /**
     * How far a reload or a deploy has come. Components may be added in later versions.
     *
     * @param cause what was called
     * @param replaced instances in which a new worker serves
     * @param left instances that have still to be replaced, or to go back
     * @param failure why it goes back to the old workers, if it does
     */
    public record RolloutStats(String cause, int replaced, int left, Optional<String> failure) { }

    /**
     * Messages, since the cluster started, of all workers. Components may be added in later versions.
     *
     * @param delivered messages and requests of workers that the primary's listeners were given
     * @param refused messages and requests to workers for which {@code send} was false, or would have been
     * @param unwanted answers that came when nobody waited for them any more
     */
    public record MessageStats(long delivered, long refused, long unwanted) { }
}
