package io.musher;

import io.musher.internal.process.LaunchPlan;
import java.util.HashMap;
import java.util.Map;

/**
 * What workers are started from.
 *
 * @param plan the program
 * @param env the common environment, as its supplier said when this was made
 */
record LaunchGeneration(LaunchPlan plan, Map<String, String> env) {

    /** {@return the variables of one worker: its own over the launch's over the common ones} */
    Map<String, String> environment(Map<String, String> own) {
        Map<String, String> variables = new HashMap<>(env);
        variables.putAll(plan.launch().options().env());
        variables.putAll(own);
        return variables;
    }

    /** Without values of variables, where secrets live. */
    @Override
    public String toString() {
        return "Edition[" + plan + ", env " + env.keySet() + "]";
    }
}
