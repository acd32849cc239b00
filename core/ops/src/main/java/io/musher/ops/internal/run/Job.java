package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.Exit;
import io.musher.Rollout;
import io.musher.Worker;
import io.musher.balancer.loop.Durations;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.ProcessSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program that runs at certain times. */
final class Job extends ManagedProcess {

    /**
     * A run that has ended.
     *
     * @param exit how it ended
     * @param took how long it took
     */
    record Run(Exit exit, Duration took) {

        boolean failed() {
            return exit.status() != 0 && !exit.voluntary();
        }
    }

    private volatile Optional<Run> lastRun = Optional.empty();
    /** Whether the next run is of another program than the last one. */
    private volatile boolean outdated;

    Job(ProcessSpec spec, Context context) {
        super(spec, context);
    }

    @Override
    CompletableFuture<Void> begin(Cluster running) {
        if (spec().autostart()) {
            runNow();
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    CompletableFuture<Void> startAgain(Cluster running) {
        runNow();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    void addTriggers(Triggers added) {
        spec().schedule().ifPresent(cron -> added.schedule(cron, this::runNow));
        spec().terminate().ifPresent(cron -> added.schedule(cron, () -> workers().forEach(Worker::stop)));
    }

    @Override
    String kind() {
        return "job";
    }

    @Override
    int wanted() {
        return 0;
    }

    @Override
    CompletableFuture<Void> scale(int instances) throws ControlException {
        throw new ControlException(ControlException.BAD_REQUEST,
                "scale to " + instances + ": " + id + " is a job, which runs in one process; musher start " + id
                        + " runs it now");
    }

    Optional<Run> lastRun() {
        return lastRun;
    }

    /** {@return when it runs next; empty if it is stopped} */
    Optional<Instant> nextRun() {
        return cluster().flatMap(running -> spec().schedule())
                .map(cron -> cron.next(ZonedDateTime.now()).toInstant());
    }

    /** {@return when it runs next and how it ran last, in a few words} */
    String summary() {
        String last = lastRun.map(run -> run.failed() ? "last run: " + run.exit()
                : "last ok in " + run.took().toSeconds() + "s").orElse("");
        String next = nextRun().map(at -> at.atZone(ZoneId.systemDefault()))
                .map(at -> "next " + (at.toLocalDate().equals(LocalDate.now()) ? "" : at.toLocalDate() + " ")
                        + at.toLocalTime().withNano(0))
                .orElse("");
        return next.isEmpty() || last.isEmpty() ? next + last : next + ", " + last;
    }

    private void runNow() {
        if (!spec().overrun() && !workers().isEmpty()) {
            LOG.info("{}: a run is skipped, the former one has not ended", id);
            return;
        }
        cluster().ifPresent(running -> running.fork().whenComplete((worker, failure) -> {
            if (failure != null && !workers().isEmpty()) {
                LOG.debug("{}: {}", id, failure.toString());
            }
        }));
    }

    @Override
    void noteWorker(ClusterEvent.WorkerEvent event) {
        if (event instanceof ClusterEvent.Forked) {
            Worker run = event.worker();
            spec().timeout().ifPresent(limit -> run.onExit().copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(late -> {
                        LOG.warn("{}: the run of process {} takes longer than its timeout of {}: stopping it", id,
                                run.pid().orElse(0), Durations.text(limit));
                        run.stop();
                        return null;
                    }));
        } else if (event instanceof ClusterEvent.Exited exited) {
            Instant begin = event.worker().startedAt().orElse(event.at());
            lastRun = Optional.of(new Run(exited.exit(), Duration.between(begin, event.at())));
            cluster().filter(running -> outdated && running.workers().isEmpty()).ifPresent(this::update);
        }
    }

    /** A run that goes on is not replaced: the next one is of the new program. */
    @Override
    CompletableFuture<Rollout> roll(Cluster running, boolean deploys) {
        outdated = deploys;
        if (deploys && running.workers().isEmpty()) {
            update(running);
        }
        return CompletableFuture.completedFuture(
                new Rollout(Rollout.Outcome.SUCCEEDED, Map.of(), Map.of(), Optional.empty(), "", 0));
    }

    private void update(Cluster running) {
        outdated = false;
        running.deploy(ClusterFactory.launch(spec())).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.error("{}: the program of the next run could not be changed: {}", id, failure.toString());
            }
        });
    }

    @Override
    boolean isOver() {
        return !problem().isEmpty();
    }

    @Override
    String state(Cluster running, ClusterStats stats) {
        return running.workers().isEmpty() ? "waiting" : "running";
    }
}
