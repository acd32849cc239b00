package io.musher;

/**
 * Tells how far a worker has come from start to exit.
 *
 * <pre>
 * STARTING → ONLINE → READY ⇄ NOT_READY → DRAINING → STOPPING → DEAD
 *                                            └─ disconnect() → DETACHED ─┘
 * </pre>
 *
 * <p>Any state may be followed by DEAD, and STARTING and ONLINE by STOPPING. Only a READY worker gets new connections.
 */
public enum WorkerState {
    /** The process is being started, or is running and has not joined yet. */
    STARTING,
    /** The program is running: it has joined, or is a command that does not join. */
    ONLINE,
    /** The worker gets new connections. */
    READY,
    /** The worker was ready and gets no new connections for the time being. */
    NOT_READY,
    /** The worker gets no new connections; those it has may close. */
    DRAINING,
    /** The worker was asked to stop, or is exiting by itself. */
    STOPPING,
    /** The worker was disconnected: it has no traffic and no channel, and may run for as long as it likes. */
    DETACHED,
    /** The process has exited and was reaped. */
    DEAD
}
