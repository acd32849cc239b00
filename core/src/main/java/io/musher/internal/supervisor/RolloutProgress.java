package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * Progress of a running rollout (rolling reload).
 *
 * @param why the call that started the rollout
 * @param replaced number of instances in which a worker of the new generation serves
 * @param left number of instances still to be replaced, or to be rolled back
 * @param failure the reason for the rollback, if the rollout rolls back
 */
public record RolloutProgress(String why, int replaced, int left, Optional<String> failure) {}
