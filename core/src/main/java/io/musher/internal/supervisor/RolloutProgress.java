package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * How far a rollout has come.
 *
 * @param why what was called
 * @param replaced instances in which one of the new edition serves
 * @param left instances that have still to be replaced, or to go back
 * @param failure why it goes back, if it does
 */
public record RolloutProgress(String why, int replaced, int left, Optional<String> failure) { }
