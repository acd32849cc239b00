package io.musher.internal.supervisor;

/** What ports mean for replacing a worker. */
public enum PortMode {
    /** Workers have no ports: a replacement starts beside the old process. */
    NONE,
    /**
     * There is a common port: a replacement starts beside the old process, on a spare port while the instance's own is
     * taken.
     */
    MOVABLE,
    /**
     * The ports are promises to the outside: a replacement starts when no process holds its instance's port any more.
     */
    FIXED
}
