package io.musher.internal.supervisor;

import java.util.Map;

/** A generation that is only a name; a reload passes the name of the next one as its environment. */
record TestGeneration(String name, Host host) implements Generation {

    private static final String VARIABLE = "GENERATION";

    /** Starts the workers of all generations. */
    interface Host {

        WorkerHandle spawn(Incarnation worker);

        Limit limit();
    }

    static Map<String, String> environment(String name) {
        return Map.of(VARIABLE, name);
    }

    @Override
    public WorkerHandle spawn(Incarnation worker, ProcessEvents events, int instances) {
        return host.spawn(worker);
    }

    @Override
    public Limit limit() {
        return host.limit();
    }

    @Override
    public Generation withEnvironment(Map<String, String> environment) {
        return new TestGeneration(environment.get(VARIABLE), host);
    }

    @Override
    public String toString() {
        return name;
    }
}
