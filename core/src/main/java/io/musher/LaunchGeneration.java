package io.musher;

import io.musher.internal.process.launch.LaunchPlan;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds the launch and common environment that a generation of workers is started from.
 *
 * @param plan the program
 * @param env the common environment, as the supplier returned it for this generation
 */
record LaunchGeneration(LaunchPlan plan, Map<String, String> env) {

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
        return "Edition[" + plan + ", env " + env.keySet() + "]";
    }
}
