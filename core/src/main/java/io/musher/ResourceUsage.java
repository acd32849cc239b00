package io.musher;

import java.time.Duration;

/**
 * Describes what the workers of one instance use, see {@link Cluster#usage}.
 *
 * @param instance the number of the instance, from 0
 * @param name the name of its workers
 * @param cpuTime the CPU time of all its workers since the cluster started; of exited ones as far as it was measured
 *     before their exit. Never falls
 * @param memory the resident memory of its living workers in bytes; 0 where it cannot be determined
 */
public record ResourceUsage(int instance, String name, Duration cpuTime, long memory) {}
