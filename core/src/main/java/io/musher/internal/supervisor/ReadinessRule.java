package io.musher.internal.supervisor;

/**
 * Decides which evidence makes a worker ready, besides {@code ready()}, which always does. After {@code notReady()}
 * only {@code ready()} makes the worker ready again.
 */
public enum ReadinessRule {
    /** No other evidence. */
    EXPLICIT,
    /** The worker calls {@code listening(port)}, or its port accepts connections. */
    PORT_ACCEPTS,
    /** A worker JVM says hello, or a command has run for one second. */
    STARTED
}
