package io.musher.internal.ipc;

/** Why a connection was closed. */
public enum CloseReason {
    /** One side sent a goodbye: an orderly end. */
    GOODBYE,
    /** The peer closed without a goodbye; most likely its process is dead. */
    GONE,
    /** The peer violated the protocol or does not read, or handling a frame failed. Worth a log line. */
    FAULT
}
