package io.musher.internal.supervisor;

import io.musher.Rollout;
import java.util.Map;
import java.util.Optional;

/**
 * How a rollout ended.
 *
 * @param outcome how
 * @param replaced the ids of old workers and of those that took their places
 * @param revived instances where no worker served, and the ids of the workers started there
 * @param failure what ended it, empty when all were replaced
 * @param failedWorker the worker that failed, if one did
 * @param kept how many workers of the edition in force before serve at its end; 0 when all were replaced
 */
public record RolloutResult(Rollout.Outcome outcome, Map<Integer, Integer> replaced, Map<Integer, Integer> revived, Optional<String> failure,
        Optional<Incarnation> failedWorker, int kept) { }
