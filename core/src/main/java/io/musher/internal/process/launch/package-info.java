/**
 * Builds the command line and the environment of a worker from a {@link io.musher.Launch}. Starts no process.
 *
 * <p>{@link io.musher.internal.process.launch.LaunchPlan} validates a launch once, and then builds one {@link
 * io.musher.internal.process.launch.CommandLine} for each {@link io.musher.internal.process.launch.SpawnRequest}:
 * {@code CommandPlan} from the words given by the user, {@code JvmPlan} from the flags, class path and program of this
 * JVM ({@code CurrentJvm}), less the flags that must not be inherited ({@code JvmFlags}), plus the worker's {@link
 * io.musher.internal.process.launch.JvmShare} of memory and processors.
 */
package io.musher.internal.process.launch;
