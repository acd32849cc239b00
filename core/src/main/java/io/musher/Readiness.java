package io.musher;

/**
 * Decides what makes a worker ready for traffic. {@link WorkerContext#ready()} always does; after
 * {@link WorkerContext#notReady()} only {@code ready()} does.
 */
public final class Readiness {

    private static final Readiness AUTO = new Readiness("auto");
    private static final Readiness PORT_OPEN = new Readiness("portOpen");
    private static final Readiness EXPLICIT = new Readiness("explicit");

    private final String name;

    private Readiness(String name) {
        this.name = name;
    }

    /**
     * Returns the default rule. With ports, a worker is ready when it calls {@link WorkerContext#listening}, or when
     * its port accepts connections and the worker or one of its child processes listens there. Without ports, a JVM is
     * ready when it has joined, and a command when it has been alive for a second.
     *
     * <p>While the main method of a joined JVM is running, its start is not over: the port must accept connections when
     * the main method returns, or after as much time again as the port took to accept, at most three seconds. Where the
     * primary may not see which process listens (a worker of another user, or one with capabilities of its own), a port
     * that accepts is taken for the worker's.
     *
     * <p>A port that refuses connections after it has accepted some makes its worker {@code NOT_READY}. If the port
     * does not accept again within ten seconds, or within {@code startTimeout} if that is shorter, the worker is
     * replaced, unless it has called {@code notReady()}.
     *
     * @return the rule
     */
    public static Readiness auto() {
        return AUTO;
    }

    /**
     * {@return a rule like {@link #auto()} that accepts any process as the listener on the port: for commands whose
     * server is not one of their own processes, such as a container}
     */
    public static Readiness portOpen() {
        return PORT_OPEN;
    }

    /** {@return a rule by which only {@link WorkerContext#ready()} makes a worker ready} */
    public static Readiness explicit() {
        return EXPLICIT;
    }

    @Override
    public String toString() {
        return name;
    }
}
