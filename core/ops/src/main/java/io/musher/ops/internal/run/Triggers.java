package io.musher.ops.internal.run;

import io.musher.ops.internal.cron.Cron;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What starts, stops or reloads a process by itself while it is started: its schedules and the files it watches. Not
 * thread-safe.
 */
final class Triggers {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    private final String process;
    private final Context context;
    private final List<AutoCloseable> running = new ArrayList<>();

    Triggers(String process, Context context) {
        this.process = process;
        this.context = context;
    }

    /** Passes each changed file to {@code changed}, on a thread of the watcher. */
    void watch(List<Path> paths, Consumer<String> changed) throws IOException {
        running.add(new FileWatcher(process, paths, context.countsAsChange(), context.watcher().interval(),
                path -> changed.accept(path.toString())));
    }

    /** Runs an action whenever it is due, on the timer's thread. */
    void schedule(Cron cron, Runnable action) {
        running.add(context.timer().add(cron, () -> {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.error("{}: {}", process, e.toString(), e);
            }
        }));
    }

    /** Ends all that were added; others may be added afterwards. */
    void close() {
        for (AutoCloseable each : running) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.debug("{}: closing {} failed", process, each, e);
            }
        }
        running.clear();
    }
}
