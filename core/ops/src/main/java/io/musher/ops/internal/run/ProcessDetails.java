package io.musher.ops.internal.run;

import io.musher.HealthCheck;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Describes what a process runs. Variables are named, and their values left out: they may be secrets. */
final class ProcessDetails {

    private ProcessDetails() {}

    static Map<String, Object> of(ProcessSpec spec) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("program", program(spec.program()));
        fields.put("directory", spec.directory().toString());
        fields.put("variables", new ArrayList<>(new TreeSet<>(spec.env().keySet())));
        fields.put("cron", spec.schedule().map(Object::toString).orElse(null));
        fields.put("terminate", spec.terminate().map(Object::toString).orElse(null));
        fields.put("timeoutSeconds", spec.timeout().map(ProcessDetails::seconds).orElse(null));
        fields.put("watch", spec.watch().stream().map(Object::toString).toList());
        fields.put("restart", spec.restart().when());
        fields.put("restartDelayMs", spec.restart().delay().map(Duration::toMillis).orElse(null));
        fields.put("restartLimit", spec.restart().limit().isPresent() ? spec.restart().limit().getAsInt() : null);
        fields.put("startTimeoutSeconds", seconds(spec.startTimeout()));
        fields.put("readiness", spec.explicitReadiness() ? "explicit" : "auto");
        fields.put("health", spec.health().stream().map(ProcessDetails::check).toList());
        fields.put("maxMemoryBytes", spec.maxMemory().isPresent() ? spec.maxMemory().getAsLong() : null);
        fields.put("stdout", spec.logger().stdout().map(Object::toString).orElse(null));
        fields.put("stderr", spec.logger().stderr().map(Object::toString).orElse(null));
        fields.put("pidFile", spec.pidFile().map(Object::toString).orElse(null));
        return fields;
    }

    private static String check(HealthCheck check) {
        return check + " (" + check.role().name().toLowerCase(Locale.ROOT) + "), every " + seconds(check.interval())
                + " s, timeout " + seconds(check.timeout()) + " s, rise " + check.rise() + ", fall " + check.fall();
    }

    private static Number seconds(Duration time) {
        long millis = time.toMillis();
        if (millis % 1_000 == 0) {
            return millis / 1_000;
        }
        return millis / 1_000.0;
    }

    private static List<String> program(Program program) {
        if (program instanceof Program.ShellLine shell) {
            return List.of("sh", "-c", shell.line());
        } else if (program instanceof Program.Words words) {
            return words.words();
        }
        Program.Jar jar = (Program.Jar) program;
        List<String> words = new ArrayList<>(List.of("java"));
        words.addAll(jar.jvmArgs());
        words.addAll(List.of("-jar", jar.jar().toString()));
        words.addAll(jar.args());
        return words;
    }
}
