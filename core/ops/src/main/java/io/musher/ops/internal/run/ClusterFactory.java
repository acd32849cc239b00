package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.Launch;
import io.musher.Output;
import io.musher.RecyclePolicy;
import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import io.musher.internal.process.launch.JvmShare;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.Program;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes clusters of the entries of a file. They start without workers, so that one that fails undoes no other. */
final class ClusterFactory {

    /** A worker that has lived for so long was good: restarts before it do not count any more. */
    private static final Duration GOOD_LIFE = Duration.ofSeconds(60);
    /** The variable of PM2's workers that programs of {@code processes} do not expect. */
    private static final String PM2_INSTANCE = "NODE_APP_INSTANCE";
    private static final Duration LIMIT_PERIOD = Duration.ofHours(24);

    /** What of maxMemory the heap of a JVM may take; the rest is for its code, threads and buffers. */
    private static final int HEAP_PERCENT = 80;
    private static final long MIN_HEAP_MIB = 16;
    private static final Pattern HEAP = Pattern.compile("-Xmx|-XX:MaxHeapSize|-XX:MaxRAM");

    private ClusterFactory() {}

    /**
     * Makes a builder.
     *
     * @param spec what to run
     * @param env called for each reload
     * @param output receives the workers' output
     */
    static ClusterBuilder builder(ProcessSpec spec, Supplier<Map<String, String>> env, Consumer<Output.Line> output) {
        ClusterBuilder builder = Cluster.builder().name(spec.id()).instances(0).launch(launch(spec))
                .env(env).output(Output.to(output)).restartPolicy(restart(spec))
                .stopPolicy(new StopPolicy(spec.stop().before(), spec.stop().drain(), spec.stop().kill()))
                .startTimeout(spec.startTimeout()).reloadPolicy(reload(spec))
                .recyclePolicy(recycle(spec)).signals(false).shutdownHook(false).keepAlive(false);
        spec.configurePorts(builder);
        return builder;
    }

    /** {@return the variables of a process; the file has none with placeholders} */
    static Map<String, String> environment(ProcessSpec spec) {
        Map<String, String> variables = new LinkedHashMap<>();
        spec.env().forEach((name, value) -> variables.put(name, value.replace("%", "%%")));
        spec.instanceVariable().ifPresent(name -> variables.putIfAbsent(name, "%i"));
        variables.putIfAbsent(PM2_INSTANCE, ""); // workers get it by default
        return variables;
    }

    /** {@return what runs, and where} */
    static Launch launch(ProcessSpec spec) {
        return program(spec).directory(spec.directory());
    }

    private static Launch program(ProcessSpec spec) {
        Program program = spec.program();
        if (program instanceof Program.ShellLine shell) {
            return isWindows() ? Launch.command("cmd", "/c", shell.line().replace("%", "%%"))
                    : Launch.command("/bin/sh", "-c", shell.inPlaceOfShell().replace("%", "%%"));
        }
        if (program instanceof Program.Jar jar) {
            Launch launch = Launch.jar(jar.jar()).args(jar.args());
            List<String> jvmArgs = jvmArgs(jar, spec);
            return jvmArgs.isEmpty() ? launch : launch.jvmArgs(jvmArgs);
        }
        List<String> words = ((Program.Words) program).words();
        return Launch.command(words);
    }

    /** {@return the flags of the entry, with a heap that fits into its maxMemory unless they have one} */
    static List<String> jvmArgs(Program.Jar jar, ProcessSpec spec) {
        boolean given = Stream.concat(jar.jvmArgs().stream(), spec.env().values().stream())
                .anyMatch(flag -> HEAP.matcher(flag).find());
        if (given || spec.maxMemory().isEmpty()) {
            return jar.jvmArgs();
        }
        long heap = spec.maxMemory().getAsLong() / 100 * HEAP_PERCENT;
        long share = JvmShare.of(Math.max(1, spec.instances()), spec.port().isShared()).heap();
        if (share > 0 && share <= heap) {
            return jar.jvmArgs();
        }
        List<String> flags = new ArrayList<>(jar.jvmArgs());
        flags.add("-Xmx" + Math.max(MIN_HEAP_MIB, heap >> 20) + "m");
        return flags;
    }

    private static boolean isWindows() {
        return System.getProperty("os.name").startsWith("Windows");
    }

    static RestartPolicy restart(ProcessSpec spec) {
        RestartPolicy policy = switch (spec.restart().when()) {
            case "always" -> RestartPolicy.always();
            case "error" -> RestartPolicy.onFailure();
            default -> RestartPolicy.never();
        };
        if (spec.restart().delay().isPresent()) {
            Duration delay = spec.restart().delay().get();
            Duration positive = delay.isZero() ? Duration.ofMillis(1) : delay;
            policy = policy.withDelays(positive, positive);
        }
        if (spec.restart().limit().isPresent()) {
            policy = policy.withStableAfter(GOOD_LIFE).withGiveUp(spec.restart().limit().getAsInt() + 1, LIMIT_PERIOD);
        }
        return spec.restart().goodLife().map(policy::withStableAfter).orElse(policy);
    }

    /** {@return how workers are replaced} */
    static ReloadPolicy reload(ProcessSpec spec) {
        ReloadPolicy policy = ReloadPolicy.ofDefaults().withBatch(spec.reload().batch())
                .withSoak(spec.reload().soak());
        // after a change of what is watched, only the new program is to answer
        Duration byDefault = spec.watch().isEmpty() ? policy.overlap() : Duration.ZERO;
        return policy.withOverlap(spec.reload().overlap().orElse(byDefault));
    }

    private static RecyclePolicy recycle(ProcessSpec spec) {
        RecyclePolicy policy = RecyclePolicy.never();
        if (spec.maxMemory().isPresent()) {
            policy = policy.withMaxMemory(spec.maxMemory().getAsLong());
        }
        if (spec.timeout().isPresent() && !spec.isJob()) {
            policy = policy.withMaxAge(spec.timeout().get());
        }
        return policy;
    }
}
