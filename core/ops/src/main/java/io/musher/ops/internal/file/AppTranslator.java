package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.BooleanNode;
import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.Member;
import io.musher.ops.internal.file.Node.NumberNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Translates one of PM2's {@code apps} into an entry of {@code processes}. */
final class AppTranslator {

    /** PM2's own {@code listen_timeout}. */
    private static final long LISTEN_MILLIS = 3_000;
    private static final Map<String, String> INTERPRETERS = Map.of("js", "node", "cjs", "node", "mjs", "node", "ts",
            "bun", "py", "python3", "sh", "bash", "rb", "ruby", "pl", "perl", "php", "php");

    private final ObjectReader from;
    private final Optional<String> variant;
    private final AppEntry entry;
    /** Whether PM2 runs several instances in cluster mode unless {@code exec_mode} says otherwise. */
    private boolean isNode;

    AppTranslator(ObjectReader from, Optional<String> variant) {
        this.from = from;
        this.entry = new AppEntry(from);
        this.variant = variant;
    }

    ProcessReader translate(FileDefaults defaults) {
        Optional<String> script = from.text("script").or(() -> from.text("exec"));
        Optional<String> name = from.text("name", Names::check);
        name.or(() -> script.map(AppTranslator::baseName))
                .ifPresent(id -> entry.put("id", from.has("name") ? "name" : "script",
                        new TextNode(from.at("name"), id)));
        if (script.isPresent()) {
            program(script.get());
        } else if (!from.has("script")) {
            from.problem("there is nothing to run: \"script\" is missing");
        }
        entry.copy("cwd", "cwd");
        entry.copy("autostart", "autostart");
        new AppCluster(from, entry, variant, isNode).translate();
        restarts();
        entry.milliseconds("kill_timeout")
                .ifPresent(ms -> entry.put("terminateTimeout", "kill_timeout", entry.seconds("kill_timeout", ms)));
        entry.milliseconds("listen_timeout").ifPresent(this::startTimeout);
        AppValues values = new AppValues(
                Optional.of(from.text("instance_var", Names::checkVariable).orElse("NODE_APP_INSTANCE")), minUptime());
        cron();
        watch();
        logs();
        entry.copy("pid_file", "pidFile");
        entry.copy("pid", "pidFile");
        AppKeys.unsupported(from);
        from.end();
        return new ProcessReader(entry.reader(), defaults, values);
    }

    private void program(String script) {
        List<Node> words = new ArrayList<>();
        int dot = script.lastIndexOf('.');
        String extension = dot > script.lastIndexOf('/') ? script.substring(dot + 1) : "";
        Optional<String> interpreter = from.text("interpreter").or(() -> from.text("exec_interpreter"))
                .or(() -> Optional.ofNullable(INTERPRETERS.get(extension))).filter(word -> !word.equals("none"));
        List<String> flags = from.has("interpreter_args") ? words("interpreter_args") : words("node_args");
        List<String> args = words("args");
        if (extension.equals("jar") && !from.has("interpreter")) {
            entry.put("jar", "script", new TextNode(from.at("script"), script));
            entry.put("args", "script", entry.list("script", args));
            entry.put("jvmArgs", "script", entry.list("script", flags));
            return;
        }
        isNode = interpreter.filter(word -> List.of("node", "bun").contains(baseName(word))).isPresent();
        interpreter.ifPresent(word -> words.add(new TextNode(from.at("script"), word)));
        flags.forEach(flag -> words.add(new TextNode(from.at("script"), flag)));
        words.add(new TextNode(from.at("script"), script));
        args.forEach(arg -> words.add(new TextNode(from.at("script"), arg)));
        entry.put("cmd", "script", new ListNode(from.at("script"), words));
    }

    /** Takes words as a list, or as a string that is split at blanks as PM2 does. */
    private List<String> words(String key) {
        if (from.any(key).filter(TextNode.class::isInstance).isPresent()) {
            return List.of(from.text(key).orElse("").strip().split("\\s+"));
        }
        return from.texts(key).orElse(List.of());
    }

    /** A program that is not restarted when it ends is a job: it runs at once, and then by the pattern. */
    private void cron() {
        if (from.has("cron_restart") && !from.flag("autorestart").orElse(true)) {
            entry.copy("cron_restart", "cron");
            entry.put("autostart", "cron_restart", new BooleanNode(from.at("cron_restart"), true));
            from.ignore("max_memory_restart", "a job is not restarted; limit its memory by node_args");
        } else {
            entry.copy("cron_restart", "terminate");
            entry.copy("max_memory_restart", "maxMemory");
        }
    }

    private void restarts() {
        boolean restarts = from.flag("autorestart").orElse(true);
        Optional<Node> codes = from.any("stop_exit_codes");
        boolean stopsAtZero = codes.filter(node -> node instanceof NumberNode number && number.digits().equals("0")
                || node instanceof ListNode list && list.items().size() == 1
                        && list.items().get(0) instanceof NumberNode only && only.digits().equals("0"))
                .isPresent();
        if (codes.isPresent() && !stopsAtZero) {
            from.problem("stop_exit_codes", "only [0] is known here: a process that exits with 0 is not restarted");
        }
        if (stopsAtZero || !restarts && !from.has("cron_restart")) {
            String key = restarts ? "stop_exit_codes" : "autorestart";
            entry.put("restart", key, new TextNode(from.at(key), restarts ? "error" : "never"));
        }
        entry.copy("max_restarts", "restartLimit");
        entry.milliseconds("restart_delay").ifPresent(ms -> entry.put("restartDelayMs", "restart_delay",
                new NumberNode(from.at("restart_delay"), Long.toString(ms))));
    }

    private Optional<Duration> minUptime() {
        boolean restarts = from.flag("autorestart").orElse(true);
        if (!restarts) {
            from.ignore("min_uptime", "counts the restarts of a process, and this one is not restarted");
        }
        OptionalLong ms = entry.milliseconds("min_uptime");
        return restarts && ms.isPresent() ? Optional.of(Duration.ofMillis(ms.getAsLong())) : Optional.empty();
    }

    /**
     * Takes the time that PM2 waits for a worker. PM2 then goes on without it, so that short times do no harm there;
     * here a worker that is not ready by then has failed.
     */
    private void startTimeout(long ms) {
        if (ms >= LISTEN_MILLIS) {
            entry.put("startTimeout", "listen_timeout", entry.seconds("listen_timeout", ms));
        } else {
            from.ignore("listen_timeout", "less than " + LISTEN_MILLIS + " ms, after which PM2 goes on without the"
                    + " worker; here a worker that is not ready within 60 s has failed");
        }
    }

    private void watch() {
        Optional<Node> watch = from.any("watch");
        if (watch.filter(node -> node instanceof BooleanNode flag && flag.value()).isPresent()) {
            entry.put("watch", "watch", entry.list("watch", List.of(".")));
        } else if (watch.filter(ListNode.class::isInstance).isPresent()) {
            entry.copy("watch", "watch");
        } else if (watch.filter(TextNode.class::isInstance).isPresent()) {
            entry.put("watch", "watch", entry.list("watch", List.of(from.text("watch").orElse("."))));
        }
    }

    private void logs() {
        Map<String, Member> logger = new LinkedHashMap<>();
        logFile(List.of("out_file", "output", "out", "out_log", "log_file", "log"), "stdout", logger);
        logFile(List.of("error_file", "error", "err", "err_file", "err_log"), "stderr", logger);
        Optional<String> format = from.text("log_date_format");
        if (from.flag("time").orElse(false) || format.isPresent()) {
            Position at = from.at(format.isPresent() ? "log_date_format" : "time");
            logger.put("decorateFiles", new Member(at, new BooleanNode(at, true)));
        }
        from.ignore("log_date_format", "each line of a file begins with its time, as in 2026-01-31T08:15:00.123+01:00");
        from.word("log_type", "json", "raw").filter("json"::equals).ifPresent(json -> logger.put("format",
                new Member(from.at("log_type"), new TextNode(from.at("log_type"), json))));
        if (!logger.isEmpty()) {
            entry.put("logger", "out_file", new ObjectNode(from.at(), logger));
        }
    }

    /** Takes the first of several names of one file. */
    private void logFile(List<String> keys, String as, Map<String, Member> logger) {
        for (String key : keys) {
            Optional<String> path = from.text(key);
            if (path.isPresent() && logger.containsKey(as)) {
                from.ignore(key, "output goes to one file, the one that is named by another key");
            } else if (path.isPresent()) {
                String file = path.get().equals("NULL") ? "/dev/null" : path.get();
                logger.put(as, entry.member(key, new TextNode(from.at(key), file)));
            }
        }
    }

    private static String baseName(String script) {
        String name = script.substring(script.lastIndexOf('/') + 1);
        return name.contains(".") && name.indexOf('.') > 0 ? name.substring(0, name.lastIndexOf('.')) : name;
    }
}
