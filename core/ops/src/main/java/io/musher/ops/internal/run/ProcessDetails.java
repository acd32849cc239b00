package io.musher.ops.internal.run;

import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
        fields.put("schedule", spec.schedule().map(Object::toString).orElse(null));
        fields.put("watch", spec.watch().stream().map(Object::toString).toList());
        fields.put("restart", spec.restart().when());
        fields.put("stdout", spec.logger().stdout().map(Object::toString).orElse(null));
        fields.put("stderr", spec.logger().stderr().map(Object::toString).orElse(null));
        fields.put("pidFile", spec.pidFile().map(Object::toString).orElse(null));
        return fields;
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
