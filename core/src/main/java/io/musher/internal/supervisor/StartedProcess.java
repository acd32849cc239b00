package io.musher.internal.supervisor;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * What is known of a process that was just started.
 *
 * @param pid its number
 * @param port what it was given, if anything
 * @param command whether it is a plain command, which need not say hello
 * @param at when
 */
public record StartedProcess(long pid, OptionalInt port, boolean command, Instant at) { }
