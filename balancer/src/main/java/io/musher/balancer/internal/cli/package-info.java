/**
 * The command line program: parses its arguments, starts a balancer, and shuts it down on a signal. Builds on
 * the public API of the balancer and is not part of it.
 */
package io.musher.balancer.internal.cli;
