package io.musher.internal.supervisor;

import io.musher.Rollout;
import java.util.Map;
import java.util.Optional;

/**
 * Result of a rollout that has ended.
 *
 * @param outcome how the rollout ended
 * @param replaced ids of old workers, each with the id of its replacement
 * @param revived instances in which no worker served, each with the id of the worker started there
 * @param failure the reason for the end; empty if all workers were replaced
 * @param failedWorker the worker that failed, if one did
 * @param kept number of workers of the previous generation that serve at the end; 0 if all were replaced
 */
public record RolloutResult(Rollout.Outcome outcome, Map<Integer, Integer> replaced, Map<Integer, Integer> revived,
        Optional<String> failure, Optional<Incarnation> failedWorker, int kept) {}
