package io.musher.internal.supervisor;

/** What makes a worker ready; {@code ready()} always does, and after {@code notReady()} nothing else does. */
public enum ReadyWhen {
    /** Only {@code ready()}. */
    TOLD,
    /** Also {@code listening(port)}, or that its port accepts. */
    SERVING,
    /** Also a JVM's hello, or that a command has lived for a second. */
    RUNNING
}
