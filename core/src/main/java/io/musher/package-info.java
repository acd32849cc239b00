/**
 * Runs a service in several processes behind one port, restarts workers that fail, and replaces all workers for a
 * reload or a deploy. {@link io.musher.Cluster} is the API of the primary, {@link io.musher.WorkerContext} the API of a
 * worker; {@link io.musher.ClusterBuilder} has the options.
 *
 * <p>Methods may be called from any thread unless they say otherwise. Null leads to
 * {@link java.lang.NullPointerException}, a bad value to {@link java.lang.IllegalArgumentException}, a bad combination
 * or a call at the wrong moment to {@link java.lang.IllegalStateException}. Listeners run one after the other on a
 * thread of their own, each isolated from the others; futures complete on other threads. Every future completes, at the
 * latest when the cluster has stopped.
 */
package io.musher;
