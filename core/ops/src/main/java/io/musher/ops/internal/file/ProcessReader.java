package io.musher.ops.internal.file;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.HealthCheck;
import io.musher.Scheduling;
import io.musher.WarmUp;
import io.musher.balancer.Strategy;
import io.musher.ops.internal.cron.Cron;
import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads one entry of {@code processes}. */
final class ProcessReader {

    /** More workers on one machine are a mistake in the file. */
    static final int MAX_INSTANCES = 1_000;
    private static final int MAX_PORT = 65_535;
    static final String INHERIT = "inherit";
    /** What early versions of Pup call the strategy. */
    private static final String OLD_STRATEGY = "loadBalancerStrategy";

    private final ObjectReader from;
    private final FileDefaults defaults;
    private final AppValues values;

    ProcessReader(ObjectReader from, FileDefaults defaults) {
        this(from, defaults, AppValues.NONE);
    }

    /** Creates a reader of an entry that was translated from one of PM2's. */
    ProcessReader(ObjectReader from, FileDefaults defaults, AppValues values) {
        this.from = from;
        this.defaults = defaults;
        this.values = values;
    }

    /** {@return the entry, to add problems to} */
    ObjectReader entry() {
        return from;
    }

    /** Reads the entry; empty if it has no id or no program, which is reported as all other problems are. */
    Optional<ProcessSpec> read() {
        Optional<String> id = from.text("id", Names::check);
        if (!from.has("id")) {
            from.problem("the key \"id\" is missing, the name of the process");
        }
        Path directory = from.text("cwd", text -> Paths.resolve(defaults.directory(), text))
                .orElse(defaults.directory());
        Optional<Program> program = program(directory);
        Optional<Cron> cron = from.text("cron", Cron::parse);
        boolean autostart = from.flag("autostart").orElse(!from.has("cron"));
        boolean overrun = from.flag("overrun").orElse(false);
        Optional<Duration> timeout = from.seconds("timeout", 1);
        Optional<Cron> terminate = from.text("terminate", Cron::parse);
        List<Path> watched = watch(directory);
        List<Path> watch = cron.isPresent() ? List.of() : watched;
        ProcessSpec.Restart restart = restart();
        ProcessSpec.Stop stop = new ProcessSpec.Stop(
                from.seconds("terminateGracePeriod", 0).orElse(defaults.terminateGracePeriod()),
                from.seconds("drain", 0).orElse(Duration.ofSeconds(20)),
                from.seconds("terminateTimeout", 0).orElse(defaults.terminateTimeout()));
        Duration startTimeout = from.seconds("startTimeout", 1).orElse(Duration.ofSeconds(60));
        boolean explicit = from.word("readiness", "auto", "explicit").filter("explicit"::equals).isPresent();
        boolean answers = !from.has("cmd") || explicit;
        List<HealthCheck> health = from.objects("health").stream()
                .flatMap(check -> new HealthReader(check, answers).read().stream()).toList();
        int[] instances = {1};
        ProcessSpec.Port port = from.object("cluster").map(cluster -> cluster(cluster, instances))
                .orElse(ProcessSpec.Port.NONE);
        Optional<WarmUp> warmUp = from.object("warmUp").flatMap(ProcessReader::warmUp);
        ProcessSpec.Reload reload = from.object("reload").map(ProcessReader::reload)
                .orElse(new ProcessSpec.Reload(1, Duration.ZERO, Optional.empty()));
        LoggerSpec logger = from.object("logger").map(own -> LoggerSpec.read(own, defaults.logger(), directory))
                .orElse(defaults.logger());
        Optional<Path> pidFile = from.text("pidFile", text -> Paths.resolve(directory, text));
        Map<String, String> env = environment();
        var maxMemory = Sizes.read(from, "maxMemory", 1 << 20);
        from.refuse("worker", "runs scripts in threads of Deno, which a JVM does not have: start the script as a"
                + " command, as \"cmd\": \"deno run server.js\"");
        from.end();
        new KeyCombinations(from, port, explicit).check(stop, reload, restart, health);
        boolean several = instances[0] != 1 || overrun && cron.isPresent();
        if (several && pidFile.filter(ProcessSpec::isOneFile).isPresent()) {
            from.problem("pidFile", "several workers cannot share one file: put %n, the worker's name, into the path");
        }
        if (id.isEmpty() || program.isEmpty()) {
            return Optional.empty();
        }
        ProcessSpec spec = new ProcessSpec(id.get(), program.get(), directory, env, autostart, cron, overrun, timeout,
                terminate, watch, restart, stop, startTimeout, explicit, health, warmUp, maxMemory, instances[0], port,
                reload, logger, pidFile,
                values.instanceVariable());
        checkPorts(spec);
        return Optional.of(spec);
    }

    /** Reports options that the library would refuse together; not after other mistakes, which may be the cause. */
    private void checkPorts(ProcessSpec spec) {
        if (from.problems().isEmpty()) {
            try {
                ClusterBuilder builder = Cluster.builder();
                spec.configurePorts(builder);
                builder.build();
            } catch (IllegalStateException e) {
                from.problem(Messages.of(e));
            }
        }
    }

    private Optional<Program> program(Path directory) {
        Optional<List<String>> args = from.texts("args");
        Optional<List<String>> jvmArgs = from.texts("jvmArgs");
        Optional<Path> jar = from.text("jar", text -> Paths.resolve(directory, text));
        Optional<Program> command = from.any("cmd").isEmpty() ? Optional.empty() : command();
        if (from.has("cmd") && from.has("jar")) {
            from.problem("jar", "a process has \"cmd\" or \"jar\", not both");
        } else if (from.has("cmd")) {
            for (String key : List.of("args", "jvmArgs")) {
                if (from.has(key)) {
                    from.problem(key, "belongs to \"jar\"; write it into \"cmd\"");
                }
            }
        } else if (!from.has("jar") && !from.has("worker")) {
            from.problem("there is nothing to run: \"cmd\" or \"jar\" is missing");
        }
        return command
                .or(() -> jar.map(path -> new Program.Jar(path, args.orElse(List.of()), jvmArgs.orElse(List.of()))));
    }

    private Optional<Program> command() {
        Node command = from.any("cmd").orElseThrow();
        if (command instanceof TextNode) {
            return from.text("cmd").map(Program.ShellLine::new);
        }
        if (command instanceof ListNode) {
            List<String> words = from.texts("cmd").orElseThrow();
            if (words.isEmpty() || words.get(0).isBlank()) {
                from.problem("cmd", "names no program");
                return Optional.empty();
            }
            return Optional.of(new Program.Words(words));
        }
        return from.wrong(command, from.path("cmd"), "a string or a list of strings");
    }

    private List<Path> watch(Path directory) {
        List<Path> paths = new ArrayList<>();
        List<String> texts = from.texts("watch").orElse(List.of());
        for (int i = 0; i < texts.size(); i++) {
            try {
                paths.add(Paths.resolve(directory, texts.get(i)));
            } catch (IllegalArgumentException e) {
                from.problem("watch", Messages.of(e));
            }
        }
        return paths;
    }

    private ProcessSpec.Restart restart() {
        String when = from.word("restart", "always", "error", "never").orElse(from.has("cron") ? "never" : "always");
        if (when.equals("never")) {
            String why = from.has("cron") ? "a job is not restarted, it runs at its times"
                    : "a process with \"restart\": \"never\" is not restarted";
            from.ignore("restartDelayMs", why);
            from.ignore("restartLimit", why);
        }
        OptionalInt delay = from.integer("restartDelayMs", 0, 86_400_000);
        OptionalInt limit = from.integer("restartLimit", 0, 1_000_000);
        return new ProcessSpec.Restart(when,
                delay.isPresent() ? Optional.of(Duration.ofMillis(delay.getAsInt())) : Optional.empty(), limit,
                values.minUptime());
    }

    private ProcessSpec.Port cluster(ObjectReader cluster, int[] instances) {
        instances[0] = instances(cluster);
        boolean inherited = cluster.any("commonPort").filter(TextNode.class::isInstance).isPresent();
        if (inherited) {
            cluster.text("commonPort", ProcessReader::checkInherit);
        }
        OptionalInt common = inherited ? OptionalInt.empty() : cluster.integer("commonPort", 1, MAX_PORT);
        Optional<String> host = cluster.text("host");
        OptionalInt start = cluster.integer("startPort", 1, MAX_PORT);
        Optional<String> strategy = strategy(cluster, "strategy").or(() -> strategy(cluster, OLD_STRATEGY));
        Scheduling scheduling = cluster.word("scheduling", "relay", "kernel", "auto")
                .map(word -> Scheduling.valueOf(word.toUpperCase(Locale.ROOT))).orElse(Scheduling.RELAY);
        Optional<Boolean> redirects = cluster.flag("redirectCommonPort");
        cluster.end();
        if (inherited && host.isPresent()) {
            cluster.problem("host", "the inherited socket is bound to an address already: leave it out");
        }
        if (!cluster.has("commonPort")) {
            for (String key : List.of("host", "strategy", OLD_STRATEGY, "scheduling", "redirectCommonPort")) {
                if (cluster.has(key)) {
                    cluster.problem(key, "has no effect without \"commonPort\"");
                }
            }
        }
        if (start.isPresent()) {
            int last = start.getAsInt() + Math.max(instances[0], 1) - 1;
            if (last > MAX_PORT) {
                cluster.problem("startPort",
                        instances[0] + " workers from " + start.getAsInt() + " on need ports up to "
                                + last + ", the highest is " + MAX_PORT);
            } else if (common.isPresent() && common.getAsInt() >= start.getAsInt() && common.getAsInt() <= last) {
                cluster.problem("startPort", "the workers' ports " + start.getAsInt() + " to " + last
                        + " contain the common port " + common.getAsInt());
            }
        }
        return new ProcessSpec.Port(common, inherited, host, start, strategy, scheduling, redirects);
    }

    private static Optional<String> strategy(ObjectReader cluster, String key) {
        return cluster.text(key, text -> {
            Strategy.of(text);
            return text;
        });
    }

    private static String checkInherit(String text) {
        if (!text.equals(INHERIT)) {
            throw new IllegalArgumentException("\"" + text + "\" is neither a whole number from 1 to " + MAX_PORT
                    + " nor \"" + INHERIT + "\"");
        }
        return text;
    }

    private int instances(ObjectReader cluster) {
        if (cluster.any("instances").filter(TextNode.class::isInstance).isPresent()) {
            cluster.word("instances", "auto");
            return Runtime.getRuntime().availableProcessors();
        }
        return cluster.integer("instances", 0, MAX_INSTANCES).orElse(1);
    }

    private static Optional<WarmUp> warmUp(ObjectReader warmUp) {
        Optional<List<String>> paths = warmUp.texts("paths");
        Duration time = warmUp.seconds("time", 0).orElse(Duration.ofSeconds(1));
        boolean required = warmUp.flag("required").orElse(false);
        warmUp.end();
        if (!warmUp.has("paths")) {
            warmUp.problem("the key \"paths\" is missing, what the primary requests");
        }
        try {
            return paths.map(all -> new WarmUp(all, time, required));
        } catch (IllegalArgumentException e) {
            warmUp.problem(Messages.of(e));
            return Optional.empty();
        }
    }

    private static ProcessSpec.Reload reload(ObjectReader reload) {
        int batch = reload.integer("batch", 1, MAX_INSTANCES).orElse(1);
        Duration soak = reload.seconds("soak", 0).orElse(Duration.ZERO);
        Optional<Duration> overlap = reload.seconds("overlap", 0);
        reload.end();
        return new ProcessSpec.Reload(batch, soak, overlap);
    }

    /** {@code path} and the variable PATH of the file are appended to the PATH that the primary has. */
    private Map<String, String> environment() {
        Map<String, String> env = new LinkedHashMap<>(from.variables("env"));
        Optional<String> more = from.text("path");
        String inherited = System.getenv("PATH");
        List<String> parts = new ArrayList<>();
        Optional.ofNullable(inherited).ifPresent(parts::add);
        Optional.ofNullable(env.get("PATH")).ifPresent(parts::add);
        more.ifPresent(parts::add);
        if (more.isPresent() || env.containsKey("PATH")) {
            env.put("PATH", String.join(File.pathSeparator, parts));
        }
        return env;
    }
}
