/**
 * The event loop that Musher's modules share: one thread, one selector, one task queue, timers. A thread that lives from what the loop
 * reads may lead it for a time.
 *
 * <p>Whoever keeps mutable state gives it to exactly one loop; everybody else enters with
 * {@link io.musher.balancer.loop.EventLoop#execute}. Not part of the public API.
 */
package io.musher.balancer.loop;
