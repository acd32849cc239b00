/**
 * The event loop that Musher's modules share: one thread, one selector, one task queue, timers; besides, logging and
 * signals. A thread that processes what the loop reads may run the loop temporarily, see
 * {@link io.musher.balancer.loop.EventLoop#lend}.
 *
 * <p>Mutable state belongs to exactly one loop; other threads post tasks with
 * {@link io.musher.balancer.loop.EventLoop#execute}. Not part of the public API.
 */
package io.musher.balancer.loop;
