package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats.SlotStats;
import io.musher.Output;
import io.musher.Worker;
import io.musher.ops.internal.cron.Cron;
import io.musher.ops.internal.file.ProcessSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One entry of the file at work: its cluster, and what goes with it. */
abstract class ManagedProcess {

    static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    final ProcessSpec spec;
    final Cluster cluster;
    private final List<AutoCloseable> parts = new ArrayList<>();

    /**
     * Starts the cluster, without workers.
     *
     * @throws RuntimeException if a port is taken or the program cannot be run
     */
    ManagedProcess(ProcessSpec spec, Consumer<Output.Line> log) {
        this.spec = spec;
        cluster = ClusterFactory.builder(spec, () -> ClusterFactory.environment(spec), log)
                .on(ClusterEvent.WorkerEvent.class, this::noteWorker).start();
        spec.pidFile().ifPresent(path -> {
            PidFiles files = new PidFiles(path);
            cluster.on(ClusterEvent.Forked.class, event -> files.write(event.worker()));
            cluster.on(ClusterEvent.Exited.class, event -> files.delete(event.worker()));
        });
    }

    /** Starts what this process does for the user. */
    abstract void begin(CronTimer timer);

    /** Called on the events thread of the cluster. */
    abstract void noteWorker(ClusterEvent.WorkerEvent event);

    /** {@return whether nothing of it will ever run again by itself} */
    abstract boolean isOver();

    /** {@return whether something was given up} */
    boolean hasGivenUp() {
        return cluster.stats().slots().stream().anyMatch(slot -> slot.state() == SlotStats.State.GAVE_UP);
    }

    /** Reloads or stops when {@code terminate} says so. */
    void onTerminate(CronTimer timer, Runnable action) {
        spec.terminate().ifPresent(cron -> schedule(timer, cron, action));
    }

    void schedule(CronTimer timer, Cron cron, Runnable action) {
        parts.add(timer.add(cron, () -> {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.error("{}: {}", spec.id(), e.toString(), e);
            }
        }));
    }

    void watch(Predicate<Path> counts, java.time.Duration quiet, Consumer<Path> changed) throws IOException {
        if (!spec.watch().isEmpty()) {
            parts.add(new FileWatcher(spec.id(), spec.watch(), counts, quiet, changed));
        }
    }

    List<Worker> workers() {
        return cluster.workers();
    }

    CompletableFuture<Void> stop() {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.debug("{}: closing {} failed", spec.id(), part, e);
            }
        }
        return cluster.stop();
    }
}
