package io.musher;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a {@link Cluster#reload} or {@link Cluster#deploy} ended. Components may be added in later versions.
 *
 * @param succeeded whether all workers were replaced; if not, the old launch and environment stay in force
 * @param replaced old worker id to new worker id, in the order it happened; of a failed rollout what was rolled back is in it too
 * @param failure which worker failed and why, empty when it succeeded
 * @param lastOutput what the worker that failed printed last, at most 64 KiB
 */
public record Rollout(boolean succeeded, Map<Integer, Integer> replaced, Optional<String> failure, String lastOutput) {

    /**
     * Copies the map.
     *
     * @param succeeded whether all workers were replaced
     * @param replaced old worker id to new worker id
     * @param failure which worker failed and why
     * @param lastOutput what the worker that failed printed last
     */
    public Rollout {
        replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
    }
}
