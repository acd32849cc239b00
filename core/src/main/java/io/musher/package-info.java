/**
 * Runs a service in several processes behind one port, and keeps it up. {@link io.musher.Cluster} is the primary's side,
 * {@link io.musher.WorkerContext} a worker's.
 *
 * <p>Every method may be called from any thread. Null is a {@link java.lang.NullPointerException}, a bad value an
 * {@link java.lang.IllegalArgumentException}, a bad combination or a wrong moment an {@link java.lang.IllegalStateException}. Listeners run on one thread
 * of their own, in order, each isolated from the others; futures complete on another one. Every future completes, at the latest when the cluster
 * has stopped.
 */
package io.musher;
