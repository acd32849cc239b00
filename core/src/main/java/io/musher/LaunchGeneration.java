package io.musher;

import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.supervisor.Generation;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Limit;
import io.musher.internal.supervisor.ProcessEvents;
import io.musher.internal.supervisor.WorkerHandle;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds the launch and common environment that a generation of workers is started from.
 *
 * @param plan the program
 * @param env the common environment, as the supplier returned it for this generation
 * @param starter starts the workers
 */
record LaunchGeneration(LaunchPlan plan, Map<String, String> env, WorkerStarter starter) implements Generation {

    @Override
    public WorkerHandle spawn(Incarnation worker, ProcessEvents events, int instances) {
        return starter.start(worker, events, instances, this);
    }

    @Override
    public Limit limit() {
        return starter.limit(plan.kind());
    }

    @Override
    public Generation withEnvironment(Map<String, String> environment) {
        return new LaunchGeneration(plan, environment, starter);
    }

    /** {@return the variables of one worker: its own over those of the launch, over the common ones} */
    Map<String, String> environment(Map<String, String> own) {
        Map<String, String> variables = new HashMap<>(env);
        variables.putAll(plan.launch().options().env());
        variables.putAll(own);
        return variables;
    }

    /** Leaves out values of variables, which may be secrets. */
    @Override
    public String toString() {
        return "LaunchGeneration[" + plan + ", env " + env.keySet() + "]";
    }
}
