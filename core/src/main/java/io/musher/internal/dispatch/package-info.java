/**
 * Runs the code of users: listeners of events and messages, completions of futures, the supplier of {@code env}. That
 * code may block or throw at will; here it is kept away from the control loop, watched, and logged.
 *
 * <ul>
 * <li>{@code ListenerExecutor}: one events thread for all listeners, with {@code Backlog} (drops changes that cancel
 * out while a listener is slow) and {@code ListenerWatchdog} (logs a listener that runs for long).
 * <li>{@code FutureExecutor}: completes futures, on more threads while completions block; {@code FencedExecutor} holds
 * completions back until the balancer has its targets.
 * <li>{@code EnvironmentSource}: calls the supplier of {@code env}.
 * <li>{@code ListenerThread}: a thread that can be interrupted only while it runs user code.
 * </ul>
 */
package io.musher.internal.dispatch;
