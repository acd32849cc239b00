package io.musher;

/**
 * What makes a worker ready for traffic. {@code WorkerContext.ready()} always does, and after {@code notReady()} nothing else.
 */
public final class Readiness {

    private static final Readiness AUTO = new Readiness("auto");
    private static final Readiness EXPLICIT = new Readiness("explicit");

    private final String name;

    private Readiness(String name) {
        this.name = name;
    }

    /**
     * {@return also {@code listening(port)}, or that the worker's port accepts; in a cluster without ports: that a JVM has said
     * hello, or a command has lived for a second. The default}
     */
    public static Readiness auto() {
        return AUTO;
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
