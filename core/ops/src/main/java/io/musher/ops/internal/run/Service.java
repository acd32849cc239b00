package io.musher.ops.internal.run;

import io.musher.ClusterEvent;
import io.musher.ClusterStats.SlotStats;
import io.musher.Output;
import io.musher.ops.internal.file.ProcessSpec;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** A program that is kept running. */
final class Service extends ManagedProcess {

    /** Whether the first start has succeeded or failed. */
    private volatile boolean begun;

    Service(ProcessSpec spec, Consumer<Output.Line> log) {
        super(spec, log);
    }

    @Override
    void begin(CronTimer timer) {
        cluster.scale(spec.instances()).whenComplete((done, failure) -> {
            if (failure == null) {
                String port = spec.port().common().isPresent() ? " on port " + cluster.commonPort() : "";
                LOG.info("{}: {} worker(s) ready{}", spec.id(), spec.instances(), port);
            } else {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                LOG.error("{}: start failed: {}", spec.id(), cause.getMessage());
            }
            begun = true;
        });
        onTerminate(timer, () -> reload("terminate is due"));
    }

    void changed(Path path) {
        reload(path + " has changed");
    }

    private void reload(String why) {
        LOG.info("{}: reload: {}", spec.id(), why);
        cluster.reload().whenComplete((rollout, failure) -> {
            if (failure != null) {
                LOG.error("{}: reload failed: {}", spec.id(), failure.toString());
            }
        });
    }

    @Override
    void noteWorker(ClusterEvent.WorkerEvent event) {
        // the cluster's own log lines say it
    }

    @Override
    boolean isOver() {
        var stats = cluster.stats();
        boolean allGaveUp = !stats.slots().isEmpty() && stats.slots().stream()
                .allMatch(slot -> slot.state() == SlotStats.State.GAVE_UP);
        return begun && stats.workers().isEmpty() && (stats.wanted() == 0 || allGaveUp) && spec.instances() > 0;
    }
}
