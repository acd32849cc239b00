package io.musher.internal.supervisor;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * Describes a process right after its start.
 *
 * @param pid the process id
 * @param port the port assigned to the process, if any
 * @param command whether the process runs a command, which need not open a channel and say hello
 * @param joins whether the process certainly opens a channel; a jar without Musher in it does not, nor does a command
 * @param startedAt the start time
 */
public record StartedProcess(long pid, OptionalInt port, boolean command, boolean joins, Instant startedAt) {}
