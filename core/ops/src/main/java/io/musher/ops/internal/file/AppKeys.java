package io.musher.ops.internal.file;

import java.util.List;
import java.util.Map;

/** The keys of PM2's {@code apps} that have no counterpart: without effect, or refused with what to use instead. */
final class AppKeys {

    private static final Map<String, String> IGNORED = Map.ofEntries(
            Map.entry("exp_backoff_restart_delay", "delays grow by themselves unless restart_delay is set"),
            Map.entry("wait_ready", "a worker is ready when its port answers, or when it says so"),
            Map.entry("treekill", "all processes of a worker end with it"),
            Map.entry("kill_retry_time", "the end of a process is noticed at once"),
            Map.entry("watch_options", "\"watcher\" in the root of the file has \"skip\", \"match\" and \"exts\""),
            Map.entry("post_update", "nothing is pulled or upgraded here"));

    private static final List<String> WITHOUT_EFFECT = List.of("vizion", "pmx", "automation",
            "merge_logs", "combine_logs", "namespace", "source_map_support", "disable_source_map_support", "force",
            "filter_env", "append_env_to_name", "trace", "disable_trace", "v8", "event_loop_inspector",
            "deep_monitoring", "io", "windowsHide", "write", "username", "install_url", "execute_command");

    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("uid", "start Musher as that user, with systemd's User= or setpriv"),
            Map.entry("user", "start Musher as that user, with systemd's User= or setpriv"),
            Map.entry("gid", "start Musher in that group, with systemd's Group= or setpriv"),
            Map.entry("shutdown_with_message", "workers are stopped by SIGTERM: handle that signal"),
            Map.entry("increment_var",
                    "use \"cluster\": {\"startPort\": …} in \"processes\": each worker has its own PORT"),
            Map.entry("ignore_watch",
                    "put it into the root of the file: \"watcher\": {\"skip\": [\"node_modules\"]}"),
            Map.entry("watch_delay", "put it into the root of the file, in ms: \"watcher\": {\"interval\": 1000}"),
            Map.entry("disable_logs", "write \"processes\" instead of \"apps\", with \"logger\": {\"console\": false},"
                    + " and musher run instead of musher start: without a file, output stays in memory"),
            Map.entry("name_prefix", "write it into \"name\""),
            Map.entry("interpreterArgs", "write \"interpreter_args\""),
            Map.entry("cron", "write \"cron_restart\""));

    private AppKeys() {}

    static void unsupported(ObjectReader from) {
        IGNORED.forEach(from::ignore);
        WITHOUT_EFFECT.forEach(key -> from.ignore(key, "has no effect"));
        REFUSED.forEach((key, cure) -> {
            // false is what PM2 does without the key
            if (!(from.any(key).orElse(null) instanceof Node.BooleanNode flag) || flag.value()) {
                from.refuse(key, cure);
            }
        });
    }
}
