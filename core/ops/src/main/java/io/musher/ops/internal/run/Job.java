package io.musher.ops.internal.run;

import io.musher.ClusterEvent;
import io.musher.Output;
import io.musher.Worker;
import io.musher.ops.internal.file.ProcessSpec;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program that runs at certain times. */
final class Job extends ManagedProcess {

    Job(ProcessSpec spec, Consumer<Output.Line> log) {
        super(spec, log);
    }

    @Override
    void begin(CronTimer timer) {
        spec.schedule().ifPresent(cron -> schedule(timer, cron, this::runNow));
        onTerminate(timer, () -> workers().forEach(Worker::stop));
        if (spec.autostart()) {
            runNow();
        }
    }

    private void runNow() {
        if (!spec.overrun() && !workers().isEmpty()) {
            LOG.info("{}: a run is skipped, the former one has not ended", spec.id());
            return;
        }
        cluster.fork().whenComplete((worker, failure) -> {
            if (failure != null && !workers().isEmpty()) {
                LOG.debug("{}: {}", spec.id(), failure.toString());
            }
        });
    }

    @Override
    void noteWorker(ClusterEvent.WorkerEvent event) {
        if (event instanceof ClusterEvent.Forked) {
            Worker run = event.worker();
            spec.timeout().ifPresent(limit -> run.onExit().copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(late -> {
                        LOG.warn("{}: the run of process {} takes longer than its timeout of {} s: stopping it",
                                spec.id(),
                                run.pid().orElse(0), limit.toMillis() / 1_000.0);
                        run.stop();
                        return null;
                    }));
        }
    }

    @Override
    boolean isOver() {
        return false;
    }
}
