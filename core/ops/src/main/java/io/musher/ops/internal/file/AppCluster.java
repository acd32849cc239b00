package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.Member;
import io.musher.ops.internal.file.Node.NumberNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Translates the environment, the instances and the port of one of PM2's {@code apps}. */
final class AppCluster {

    private final ObjectReader from;
    private final AppEntry entry;
    private final Optional<String> variant;
    /** Whether PM2 runs several instances in cluster mode unless {@code exec_mode} says otherwise. */
    private final boolean isNode;

    AppCluster(ObjectReader from, AppEntry entry, Optional<String> variant, boolean isNode) {
        this.from = from;
        this.entry = entry;
        this.variant = variant;
        this.isNode = isNode;
    }

    /** Puts the environment and, if there is one, the cluster. */
    void translate() {
        Map<String, Member> env = new LinkedHashMap<>();
        from.variables("env").forEach(
                (name, value) -> env.put(name, new Member(from.at("env"), new TextNode(from.at("env"), value))));
        for (String key : from.keys()) {
            if (key.startsWith("env_")) {
                Map<String, String> own = from.variables(key);
                if (variant.filter(name -> key.equals("env_" + name)).isPresent()) {
                    own.forEach((name, value) -> env.put(name,
                            new Member(from.at(key), new TextNode(from.at(key), value))));
                }
            }
        }
        cluster(env);
        entry.put("env", "env", new ObjectNode(from.at("env"), env));
    }

    private void cluster(Map<String, Member> env) {
        int instances = instances();
        Optional<Boolean> mode = from.word("exec_mode", "fork", "fork_mode", "cluster", "cluster_mode")
                .map(word -> word.startsWith("cluster"));
        OptionalLong port = from.number("port", 1, 65_535);
        if (port.isEmpty() && env.containsKey("PORT") && env.get("PORT").value() instanceof TextNode text
                && text.text().matches("[0-9]{1,5}")) {
            port = OptionalLong.of(Long.parseLong(text.text()));
        }
        if (!mode.orElse(instances != 1 && (isNode || port.isPresent()))) {
            if (instances != 1) {
                Position at = from.at("instances");
                Member number = entry.member("instances", new NumberNode(at, Integer.toString(instances)));
                entry.put("cluster", "instances", new ObjectNode(at, Map.of("instances", number)));
            }
            if (port.isPresent() && from.has("port")) {
                env.putIfAbsent("PORT",
                        new Member(from.at("port"), new TextNode(from.at("port"), Long.toString(port.getAsLong()))));
            }
            return;
        }
        if (port.isEmpty()) {
            from.problem(from.has("exec_mode") ? "exec_mode" : "instances",
                    "several processes can share a port only if it"
                            + " is known here: add \"port\", and let the program listen on its PORT variable");
            return;
        }
        env.remove("PORT");
        Position at = from.at("instances");
        Map<String, Member> cluster = new LinkedHashMap<>();
        cluster.put("instances", entry.member("instances", new NumberNode(at, Integer.toString(instances))));
        cluster.put("commonPort", entry.member("port", new NumberNode(at, Long.toString(port.getAsLong()))));
        entry.put("cluster", "instances", new ObjectNode(at, cluster));
    }

    /** PM2's numbers: "max" and 0 are the processors, negative numbers are so many fewer; texts may be numbers. */
    private int instances() {
        int processors = Runtime.getRuntime().availableProcessors();
        Optional<Node> value = from.any("instances");
        String text = value.map(node -> node instanceof TextNode words ? words.text()
                : node instanceof NumberNode number ? number.digits() : "?").orElse("1");
        if (text.equals("max")) {
            return processors;
        }
        if (!text.matches("-?[0-9]{1,4}")) {
            from.problem("instances", "expected a number or \"max\"");
            return 1;
        }
        int number = Integer.parseInt(text);
        return number > 0 ? number : Math.max(1, processors + number);
    }
}
