package io.musher.internal.process.launch;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.os.Loopback;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a worker's environment: Musher's variables override the user's, which override those inherited from this
 * process.
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
        inherited.putAll(defaults(worker));
        worker.env().forEach((name, value) -> inherited.put(name, Placeholders.fill(value, worker)));
        inherited.putAll(marks(worker));
        if (mark != null) {
            inherited.put(TREE, mark);
        }
    }

    /** Variables that other programs define too; the user's values override them. */
    private static Map<String, String> defaults(SpawnRequest worker) {
        Map<String, String> variables = new LinkedHashMap<>();
        String instance = Integer.toString(worker.instance());
        variables.put("PUP_CLUSTER_INSTANCE", instance);
        variables.put("NODE_APP_INSTANCE", instance);
        worker.portNumber().ifPresent(port -> List.of("PORT", "SERVER_PORT", "PUP_CLUSTER_PORT")
                .forEach(name -> variables.put(name, Integer.toString(port))));
        return variables;
    }

    private static Map<String, String> marks(SpawnRequest worker) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("MUSHER_WORKER_ID", Integer.toString(worker.workerId()));
        variables.put("MUSHER_INSTANCE", Integer.toString(worker.instance()));
        variables.put("MUSHER_NAME", worker.name());
        variables.put("MUSHER_KIND", worker.plan().kind() == LaunchPlan.Kind.JVM ? "jvm" : "command");
        variables.put("MUSHER_HOST", Loopback.host());
        worker.portNumber().ifPresent(port -> variables.put("MUSHER_PORT", Integer.toString(port)));
        variables.put("MUSHER_IPC", worker.channel().getAddress().getHostAddress() + ":" + worker.channel().getPort());
        variables.put("MUSHER_TOKEN", worker.token());
        return variables;
    }
}
