/**
 * Whether workers work, and whether they are worn: what is seen from outside, told to the supervisor, which decides.
 *
 * <p>All of it lives on the control loop. A {@code HealthMonitor} of a worker has a {@code ScheduledCheck} for each health check, which asks by a {@code
 * Check} at intervals and counts; {@code RecycleMonitor} looks at age, memory and connections of all workers once a second. Where neither is
 * configured nothing runs.
 */
package io.musher.internal.health;
