/**
 * Whether workers work, and whether they are worn: what is seen from outside, told to the supervisor, which decides.
 *
 * <p>All of it lives on the control loop. A {@code Checkup} of a worker has a {@code Watch} for each health check, which asks by a {@code
 * Check} at intervals and counts; {@code Wear} looks at age, memory and connections of all workers once a second. Where neither is
 * configured nothing runs.
 */
package io.musher.internal.health;
