package io.musher;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a {@link Cluster#reload} or {@link Cluster#deploy} ended. Components may be added in later versions.
 *
 * @param outcome how it ended
 * @param replaced old worker id to new worker id, in the order it happened; of a failed rollout what was rolled back is in it too
 * @param revived instance to new worker id, in the order it happened, where no worker served before: the instance had given up, waited
 *     for a restart, or its worker had not been ready yet
 * @param failure why not all workers were replaced: which worker failed and how, what it was superseded by, or that it was aborted; empty
 *     when it succeeded
 * @param lastOutput what the worker that failed printed last, at most 64 KiB
 * @param kept how many workers of the launch and environment in force before serve at its end; 0 when it succeeded. Instances without
 *     one, if there are any, are started from them again
 */
public record Rollout(Outcome outcome, Map<Integer, Integer> replaced, Map<Integer, Integer> revived, Optional<String> failure,
        String lastOutput, int kept) {

    /** How a rollout ended; only after the first the new launch and environment are in force. Values may be added in later versions. */
    public enum Outcome {
        /** All workers were replaced. */
        SUCCEEDED,
        /** A replacement failed; what was replaced has been rolled back. */
        FAILED,
        /** {@link Cluster#abortRollout} was called; what was replaced has been rolled back. */
        ABORTED,
        /** Another rollout took its place, and replaces what this one left behind. */
        SUPERSEDED,
        /** The cluster has stopped; seen in events, as the future of such a rollout fails. */
        STOPPED
    }

    /**
     * Copies the maps.
     *
     * @param outcome how it ended
     * @param replaced old worker id to new worker id
     * @param revived instance to new worker id
     * @param failure why not all workers were replaced
     * @param lastOutput what the worker that failed printed last
     * @param kept how many workers of the launch in force before serve at its end
     */
    public Rollout {
        replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
        revived = Collections.unmodifiableMap(new LinkedHashMap<>(revived));
    }

    /** {@return whether all workers were replaced; if not, the old launch and environment stay in force} */
    public boolean succeeded() {
        return outcome == Outcome.SUCCEEDED;
    }
}
