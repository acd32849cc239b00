package io.musher.internal.supervisor;

import java.util.Map;
import java.util.Optional;

/**
 * How a rollout ended.
 *
 * @param replaced the ids of old workers and of those that took their places
 * @param failure what ended it, empty when all were replaced
 * @param failed the worker that failed, if one did
 */
public record Rolled(Map<Integer, Integer> replaced, Optional<String> failure, Optional<Incarnation> failed) { }
