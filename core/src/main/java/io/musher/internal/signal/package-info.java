/**
 * Handles operating system signals for all clusters of this JVM: one handler per signal, which calls the receivers of
 * every cluster and afterwards the handler that was installed before.
 */
package io.musher.internal.signal;
