/**
 * Health checks (liveness and readiness) and recycle limits: observes workers from the primary and reports to the
 * supervisor, which decides what follows.
 *
 * <p>Everything here runs on the control thread, except {@code WarmUpRequests}. A worker's {@code HealthMonitor} owns
 * one {@code ScheduledCheck} per configured health check. The {@code ScheduledCheck} runs a {@code Check} (heartbeat,
 * TCP connect or HTTP request) at intervals and counts passes and misses. {@code RecycleMonitor} compares age, memory
 * and connections of all workers with their limits once a second. A {@code PortReadinessProbe} observes the port of one
 * worker, unless its program reports its readiness itself. Where nothing is configured and workers have no ports,
 * nothing runs.
 */
package io.musher.internal.health;
