package io.musher.internal.ipc;

/** How a connection ends. */
public enum CloseReason {
    /** One side said goodbye. */
    GOODBYE,
    /** The peer went away without a word: most likely its process is dead. */
    GONE,
    /** The peer broke the rules, or we did; worth a log line. */
    FAULT
}
