package io.musher.internal.process.launch;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.bind.BindRule;
import io.musher.internal.worker.WorkerEnvironment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a worker's environment: Musher's variables override the user's, which override those inherited from this
 * process. A variable that other programs know by convention is left out where the user gives it an empty value.
 */
public final class ChildEnvironment {

    /** Marks the descendants of a worker that may not open a channel, so that they are found in any session. */
    public static final String TREE = "MUSHER_TREE";

    private ChildEnvironment() {}

    /**
     * Turns the environment of this process into the environment of a worker.
     *
     * @param inherited the variables of this process; modified in place
     * @param mark the value of {@link #TREE}, or null if the worker's descendants need no mark
     */
    public static void apply(Map<String, String> inherited, SpawnRequest worker, @Nullable String mark) {
        inherited.keySet().removeIf(name -> name.startsWith("PUP_CLUSTER_")
                || name.startsWith("MUSHER_") && !name.equals(TREE)); // an outer cluster's mark stays
        for (String name : InheritedFlags.VARIABLES) {
            inherited.computeIfPresent(name, (key, text) -> {
                List<String> before = InheritedFlags.words(name, text);
                List<String> after = worker.plan().inherited(before, worker);
                return after.isEmpty() ? null : JvmOptionsVariable.of(after, before, text);
            });
        }
        WorkerEnvironment own = environment(worker);
        Map<String, String> given = new LinkedHashMap<>(worker.env());
        Map<String, String> conventional = own.conventionalVariables(); // other programs define them, too
        conventional.keySet().removeIf(name -> "".equals(given.get(name)) && given.remove(name) != null);
        inherited.putAll(conventional);
        given.forEach((name, value) -> inherited.put(name, Placeholders.fill(value, worker)));
        inherited.putAll(own.variables());
        worker.bindRule().ifPresent(rule -> inherited.put(BindRule.VARIABLE, rule.text()));
        if (mark != null) {
            inherited.put(TREE, mark);
        }
    }

    private static WorkerEnvironment environment(SpawnRequest worker) {
        String ipc = worker.channel().getAddress().getHostAddress() + ":" + worker.channel().getPort();
        return new WorkerEnvironment(worker.workerId(), worker.instance(), worker.name(), worker.portNumber(),
                worker.host(), ipc, worker.token(), worker.plan().kind() == LaunchPlan.Kind.JVM,
                worker.maxMessageSize());
    }
}
