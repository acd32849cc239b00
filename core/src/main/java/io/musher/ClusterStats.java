package io.musher;

import io.musher.balancer.BalancerStats;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A cluster at this moment. Components may be added in later versions.
 *
 * @param wanted instances wanted
 * @param ready workers that get traffic
 * @param restarts replacements the restart policy has made since the cluster started
 * @param workers one line for each worker alive, by instance
 * @param slots one line for each instance wanted, whether it has a worker or not, by instance
 * @param messages what became of messages
 * @param balancer the figures of the common port, empty without one
 * @param rollout the reload or deploy that runs, if one does
 */
public record ClusterStats(int wanted, int ready, long restarts, List<WorkerStats> workers, List<SlotStats> slots,
        MessageStats messages, Optional<BalancerStats> balancer, Optional<RolloutStats> rollout) {

    /**
     * Copies the list of workers.
     *
     * @param wanted instances wanted
     * @param ready workers that get traffic
     * @param restarts replacements the restart policy has made since the cluster started
     * @param workers one line for each worker alive, by instance
     * @param slots one line for each instance wanted, by instance
     * @param messages what became of messages
     * @param balancer the figures of the common port, empty without one
     * @param rollout the reload or deploy that runs, if one does
     */
    public ClusterStats {
        workers = List.copyOf(workers);
        slots = List.copyOf(slots);
    }

    /**
     * One instance that is wanted. Components may be added in later versions.
     *
     * @param instance its number, from 0
     * @param name the name of its workers
     * @param state what it is about
     * @param reason why it is in this state; of one that waits or gave up, how its last worker ended or why it could not be started
     * @param restarts replacements the restart policy has made in it since the cluster started
     * @param worker the id of its latest worker, dead or alive; empty before the first
     * @param lastExit how the latest of its workers that has ended did so
     * @param nextStart when the next worker is started, while it waits for that
     */
    public record SlotStats(int instance, String name, State state, String reason, int restarts, OptionalInt worker, Optional<Exit> lastExit,
            Optional<Instant> nextStart) {

        /** What an instance is about. Values may be added in later versions. */
        public enum State {
            /** Its next worker is started when others have become ready, or when its port is free. */
            QUEUED,
            /** Its worker is not ready yet. */
            STARTING,
            /** Its worker gets traffic. */
            READY,
            /** Its worker gets no traffic at present. */
            NOT_READY,
            /** Its worker is lost but has not ended yet; what follows is decided then. */
            ENDING,
            /** The restart policy starts the next worker after a delay. */
            WAITING,
            /** The restart policy starts no worker any more; {@link Cluster#scale}, {@link Cluster#reload} and restart() of its last one do. */
            GAVE_UP
        }
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
