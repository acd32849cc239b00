package io.musher;

/**
 * Decides what makes a worker ready for traffic. {@link WorkerContext#ready()} always does; after
 * {@link WorkerContext#notReady()} only {@code ready()} does. Constants may be added in later versions.
 */
public enum Readiness {

    /**
     * The default. With ports, a worker is ready when it calls {@link WorkerContext#listening}, or when its port
     * accepts connections and the worker or one of its child processes listens there. Without ports, a JVM is ready
     * when it has joined, and a command, or a jar that has not joined by then, when it has been alive for a second.
     *
     * <p>While the main method of a joined JVM is running, its start is not over: the port must accept connections when
     * the main method returns, or after as much time again as the port took to accept, at most three seconds. Where the
     * primary may not see which process listens (a worker of another user, or one with capabilities of its own), a port
     * that accepts is taken for the worker's.
     *
     * <p>A port that refuses connections after it has accepted some makes its worker {@code NOT_READY}. If the port
     * does not accept again within ten seconds, or within {@code startTimeout} if that is shorter, the worker is
     * replaced, unless it has called {@code notReady()}.
     */
    AUTO,

    /**
     * Like {@link #AUTO}, but accepts any process as the listener on the port: for commands whose server is not one of
     * their own processes, such as a container.
     */
    PORT_OPEN,

    /**
     * A worker is ready when it has started, whatever its port: a JVM when it has joined, a command when it has been
     * alive for a second. For programs that listen on nothing although {@code startPort} gives them a port; not with a
     * common port, whose clients would be refused.
     */
    STARTED,

    /** Only {@link WorkerContext#ready()} makes a worker ready. */
    EXPLICIT
}
