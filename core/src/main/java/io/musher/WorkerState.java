package io.musher;

/**
 * Where a worker is in its life.
 *
 * <pre>
 * STARTING → ONLINE → READY ⇄ NOT_READY → DRAINING → STOPPING → DEAD
 *                                            └─ disconnect() → DETACHED ─┘
 * </pre>
 *
 * Any state may be followed by DEAD, and STARTING and ONLINE by STOPPING. Only a READY worker gets new connections.
 */
public enum WorkerState {
    /** Its process is being started, or runs and has not been heard of. */
    STARTING,
    /** Its program runs: it said hello, or it is a command that says none. */
    ONLINE,
    /** It serves. */
    READY,
    /** It was ready and has asked not to get new connections for now. */
    NOT_READY,
    /** It gets no new connections; those it has may end. */
    DRAINING,
    /** It was told to end, or is ending by itself. */
    STOPPING,
    /** After {@code disconnect()}: no traffic, no channel, and it may live on as long as it likes. */
    DETACHED,
    /** Its process has ended and been reaped. */
    DEAD
}
