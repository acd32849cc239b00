package io.musher;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Describes how a {@link Cluster#reload} or {@link Cluster#deploy} ended.
 *
 * @param outcome how the rollout ended
 * @param replaced old worker id to new worker id, in the order of replacement; after a failure including the workers
 *     that were rolled back
 * @param revived instance to new worker id, in the order of replacement, for instances without a serving worker before:
 *     given up, waiting for a restart, or with a worker that was not ready yet
 * @param failure why not all workers were replaced: which worker failed and how, which rollout superseded this one, or
 *     that this one was aborted; empty after success
 * @param lastOutput the last output of the worker that failed, at most 64 KiB; empty if none failed
 * @param kept how many workers of the former launch and environment are serving at the end; 0 after success. Other
 *     instances, if any, are started again from the former launch
 */
public record Rollout(Outcome outcome, Map<Integer, Integer> replaced, Map<Integer, Integer> revived,
        Optional<String> failure,
        String lastOutput, int kept) {

    /**
     * How a rollout ended. The new launch and environment are in force only after {@link #SUCCEEDED}. Constants may be
     * added in later versions.
     */
    public enum Outcome {
        /** All workers were replaced. */
        SUCCEEDED,
        /** A replacement failed; replaced workers were rolled back. */
        FAILED,
        /** {@link Cluster#abortRollout} was called; replaced workers were rolled back. */
        ABORTED,
        /** Another rollout took over and replaces the workers of this one. */
        SUPERSEDED,
        /** The cluster stopped. Occurs in events only: the future of such a rollout fails. */
        STOPPED
    }

    /**
     * Copies the maps.
     *
     * @param outcome as the component
     * @param replaced as the component
     * @param revived as the component
     * @param failure as the component
     * @param lastOutput as the component
     * @param kept as the component
     */
    public Rollout {
        replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
        revived = Collections.unmodifiableMap(new LinkedHashMap<>(revived));
    }

    /** {@return whether all workers were replaced; if not, the former launch and environment stay in force} */
    public boolean succeeded() {
        return outcome == Outcome.SUCCEEDED;
    }
}
