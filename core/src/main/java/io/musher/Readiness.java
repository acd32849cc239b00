package io.musher;

/**
 * What makes a worker ready for traffic. {@code WorkerContext.ready()} always does, and after {@code notReady()} nothing else.
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
     * {@return also {@code listening(port)}, or that the worker's port accepts, and that it is the worker, or a process it has started, which
     * listens there; in a cluster without ports: that a JVM has said hello, or a command has lived for a second. The default}
     *
     * <p>While the main method of a JVM that has joined runs, its start is not over: its port has to accept when that returns, or has to do
     * so for as long as it took to get there, three seconds at most. Where the primary may not read which process listens (a worker
     * of another user, or with capabilities of its own), a port that accepts is taken for the worker's.
     *
     * <p>A port that has accepted and refuses again makes its worker {@code NOT_READY}. A worker whose port does not accept again within ten
     * seconds, or {@code startTimeout} if that is shorter, is replaced, unless it has said {@code notReady()}.
     */
    public static Readiness auto() {
        return AUTO;
    }

    /**
     * {@return as {@link #auto()}, but whichever process listens on the port: for commands whose server is not among their own processes, such
     * as a container}
     */
    public static Readiness portOpen() {
        return PORT_OPEN;
    }

    /** {@return only {@code ready()}} */
    public static Readiness explicit() {
        return EXPLICIT;
    }

    @Override
    public String toString() {
        return name;
    }
}
