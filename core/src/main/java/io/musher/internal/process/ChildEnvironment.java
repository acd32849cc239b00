package io.musher.internal.process;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The variables a worker finds: ours over the user's over this process's own. */
final class ChildEnvironment {

    /** A command's descendants are known by it, wherever they are. */
    static final String TREE = "MUSHER_TREE";

    private ChildEnvironment() { }

    /**
     * @param inherited this process's own, changed into the worker's
     * @param mark of the worker's descendants, or null when none is needed
     */
    static void apply(Map<String, String> inherited, SpawnRequest worker, String mark) {
        inherited.keySet().removeIf(name -> name.startsWith("PUP_CLUSTER_")
                || name.startsWith("MUSHER_") && !name.equals(TREE)); // who watches over us watches over our workers
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

    /** Names that are not ours alone: the user may say otherwise. */
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
