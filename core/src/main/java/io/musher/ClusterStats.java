package io.musher;

import io.musher.balancer.BalancerStats;
import io.musher.balancer.loop.Plural;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Holds a snapshot of a cluster's state and counters, see {@link Cluster#stats}.
 *
 * @param wanted the number of wanted instances
 * @param ready the number of workers that get traffic
 * @param forks how many worker processes have been started since the cluster started; all of them have ended after as
 *     many {@link ClusterEvent.Exited} events
 * @param restarts how many replacements the restart policy has started since the cluster started
 * @param failures how many workers could not be started, were not ready in time, crashed, or were unhealthy since the
 *     cluster started
 * @param droppedOutput how many bytes of the workers' output were dropped, because their destination took them too
 *     slowly
 * @param workers the workers that are alive, by instance
 * @param slots the wanted instances, with or without a worker, by instance
 * @param messages counters of messages
 * @param balancer the statistics of the balancer; empty without a common port
 * @param rollout the running reload or deploy; empty if none is running
 */
public record ClusterStats(int wanted, int ready, long forks, long restarts, long failures,
        long droppedOutput, List<WorkerStats> workers, List<SlotStats> slots, MessageStats messages,
        Optional<BalancerStats> balancer,
        Optional<RolloutStats> rollout) {

    /** How many instances that are not ready {@link #toString} describes. */
    private static final int MAX_NAMED = 8;

    /**
     * Copies the lists.
     *
     * @param wanted as the component
     * @param ready as the component
     * @param forks as the component
     * @param restarts as the component
     * @param failures as the component
     * @param droppedOutput as the component
     * @param workers as the component
     * @param slots as the component
     * @param messages as the component
     * @param balancer as the component
     * @param rollout as the component
     */
    public ClusterStats {
        workers = List.copyOf(workers);
        slots = List.copyOf(slots);
    }

    /**
     * {@return the figures that matter in a log, in one line: workers, the instances that are not ready, the rollout,
     * connections and messages; it may change in later versions}
     */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(ready + " of " + wanted + " ready, " + Plural.of(forks, "fork") + ", "
                + Plural.of(restarts, "restart") + ", " + Plural.of(failures, "failure"));
        List<SlotStats> missing = slots.stream().filter(slot -> slot.state() != SlotStats.State.READY).toList();
        missing.stream().limit(MAX_NAMED).map(SlotStats::toString).forEach(parts::add);
        if (missing.size() > MAX_NAMED) {
            parts.add("and " + (missing.size() - MAX_NAMED) + " more that are not ready");
        }
        rollout.map(RolloutStats::toString).ifPresent(parts::add);
        balancer.map(BalancerStats::toString).ifPresent(parts::add);
        if (messages.delivered > 0 || messages.refused > 0 || messages.lateReplies > 0) {
            parts.add(messages.toString());
        }
        if (droppedOutput > 0) {
            parts.add(Plural.of(droppedOutput, "byte") + " of output dropped");
        }
        return String.join("; ", parts);
    }

    /**
     * Describes a wanted instance. The counters never fall while the cluster lives: they belong to the instance, not to
     * its present worker.
     *
     * @param instance the number of the instance, from 0
     * @param name the name of its workers
     * @param state what the instance is doing
     * @param reason why it is in this state; while it waits or is given up, how its last worker exited or why it could
     *     not be started
     * @param restarts how many replacements the restart policy has started in it since the cluster started
     * @param failures how many workers of it could not be started, were not ready in time, crashed, or were unhealthy
     *     since the cluster started
     * @param worker the id of its latest worker, dead or alive; empty before the first
     * @param lastExit how the latest exited worker of the instance exited
     * @param nextStart when the restart policy starts the next worker; empty if it does not wait for that
     * @param traffic what the balancer has forwarded to its workers since the cluster started
     */
    public record SlotStats(int instance, String name, State state, String reason, int restarts, int failures,
            OptionalInt worker, Optional<Exit> lastExit, Optional<Instant> nextStart, TrafficStats traffic) {

        /** {@return what matters in a log, in one line; it may change in later versions} */
        @Override
        public String toString() {
            return name + " " + state + (reason.isEmpty() ? "" : " (" + reason + ")");
        }

        /** What an instance is doing. Constants may be added in later versions. */
        public enum State {
            /** The next worker starts when others have become ready, or when its port is free. */
            QUEUED,
            /** The worker is not ready yet. */
            STARTING,
            /** The worker gets traffic. */
            READY,
            /** The worker gets no traffic at present. */
            NOT_READY,
            /** The worker is lost but has not exited yet; the restart policy decides after the exit. */
            EXITING,
            /** The restart policy starts the next worker after a delay. */
            BACKOFF,
            /**
             * The restart policy has given up; {@link Cluster#scale}, {@link Cluster#reload} and {@link Worker#restart}
             * of the last worker start the next one.
             */
            GAVE_UP
        }
    }

    /**
     * Counts what the balancer has forwarded to the workers of an instance, exited ones included. All are 0 without a
     * common port.
     *
     * @param connections connections established to the workers
     * @param connectFailures connects to the workers that were refused or timed out
     * @param bytesToWorkers bytes forwarded from clients
     * @param bytesToClients bytes forwarded to clients
     */
    public record TrafficStats(long connections, long connectFailures, long bytesToWorkers, long bytesToClients) {}

    /**
     * Describes a worker that is alive.
     *
     * @param id the worker's id
     * @param instance the worker's instance
     * @param state the worker's state
     * @param explanation why it gets traffic or gets none, see {@link Cluster#explain}
     * @param queuedBytes how many bytes of messages were sent to it that its listeners have not taken yet
     */
    public record WorkerStats(int id, int instance, WorkerState state, String explanation, long queuedBytes) {}

    /**
     * Describes the progress of a reload or deploy.
     *
     * @param cause which method was called
     * @param replaced how many instances have a new worker that serves
     * @param left how many instances have still to be replaced or rolled back
     * @param failure why the rollout is rolling back; empty if it is not
     */
    public record RolloutStats(String cause, int replaced, int left, Optional<String> failure) {

        /** {@return the progress in one line; it may change in later versions} */
        @Override
        public String toString() {
            return "rollout (" + cause + "): " + replaced + " replaced, " + left + " left"
                    + failure.map(why -> ", rolls back: " + why).orElse("");
        }
    }

    /**
     * Counts the messages of all workers since the cluster started.
     *
     * @param delivered messages and requests of workers that were passed to the primary's listeners
     * @param refused messages and requests to workers that were not sent, because the send window was full or the
     *     channel was closing
     * @param lateReplies replies that arrived after the timeout of their request
     */
    public record MessageStats(long delivered, long refused, long lateReplies) {

        /** {@return the counts in one line; it may change in later versions} */
        @Override
        public String toString() {
            return Plural.of(delivered, "message") + " delivered, " + refused + " refused, " + lateReplies
                    + " late replies";
        }
    }
}
