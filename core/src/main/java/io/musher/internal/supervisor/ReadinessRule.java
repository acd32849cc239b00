package io.musher.internal.supervisor;

/** What makes a worker ready; {@code ready()} always does, and after {@code notReady()} nothing else does. */
public enum ReadinessRule {
    /** Only {@code ready()}. */
    EXPLICIT,
    /** Also {@code listening(port)}, or that its port accepts. */
    PORT_ACCEPTS,
    /** Also a JVM's hello, or that a command has lived for a second. */
    STARTED
}
