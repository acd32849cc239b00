package io.musher.internal.supervisor;

/** Decides, by the kind of ports, whether a replacement starts before or after the old process ends. */
public enum PortMode {
    /** Workers have no ports: the replacement starts while the old process runs. */
    NONE,
    /**
     * Clients connect to the common port of the balancer: the replacement starts while the old process runs, on a spare
     * port as long as the instance's own port is taken.
     */
    MOVABLE,
    /**
     * Clients connect to the workers' own ports, which therefore do not change: the replacement starts when no process
     * holds the instance's port any more.
     */
    FIXED
}
