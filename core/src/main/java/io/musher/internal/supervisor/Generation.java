package io.musher.internal.supervisor;

import java.util.Map;

/**
 * Launch and environment that workers are started from. A deploy or reload makes a new generation; equal ones start the
 * same program with the same environment. The rules of {@link Actions} apply to the methods.
 */
public interface Generation {

    /**
     * Starts a worker's process; reports exactly one {@link ProcessEvents#spawned} or
     * {@link ProcessEvents#spawnFailed}, after this method has returned.
     *
     * @param worker determines instance, environment, and whether to use a spare port
     * @param events where the worker's process and channel report
     * @param instances the number of wanted instances, which share the machine
     * @return controls the process
     */
    WorkerHandle spawn(Incarnation worker, ProcessEvents events, int instances);

    /** {@return the present limit of the number of instances} */
    Limit limit();

    /** {@return a generation with the same launch and another environment} */
    Generation withEnvironment(Map<String, String> environment);
}
