package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * How far a rollout has come.
 *
 * @param why what was called
 * @param replaced workers whose replacement serves
 * @param left instances that have still to be replaced
 * @param failure why it goes back, if it does
 */
public record Progress(String why, int replaced, int left, Optional<String> failure) { }
