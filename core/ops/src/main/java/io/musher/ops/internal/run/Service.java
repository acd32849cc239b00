package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.ClusterStats.SlotStats;
import io.musher.Rollout;
import io.musher.balancer.loop.Plural;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.Messages;
import io.musher.ops.internal.file.ProcessSpec;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A program that is kept running. */
final class Service extends ManagedProcess {

    /** How many workers there are to be: the file's number until a command scales. */
    private volatile int wanted;
    private final SlowStarts slowStarts;
    private volatile CompletableFuture<Void> started = CompletableFuture.completedFuture(null);
    /** Whether the first start has succeeded or failed. */
    private volatile boolean begun;

    Service(ProcessSpec spec, Context context) {
        super(spec, context);
        wanted = spec.instances();
        slowStarts = new SlowStarts(context.events());
    }

    @Override
    CompletableFuture<Void> begin(Cluster running) {
        begun = false;
        CompletableFuture<Void> attempt = startWorkers(running);
        attempt.whenComplete((done, failure) -> {
            if (failure == null && wanted == 0) {
                LOG.info("{}: runs no worker until it is scaled: \"instances\" is 0", id);
            } else if (failure == null && mayEnd() && running.workers().isEmpty()) {
                LOG.info("{}: has ended with exit status 0", id);
            } else if (failure == null) {
                String port = spec().port().isShared() ? " on port " + running.commonPort() : "";
                int ended = mayEnd() ? Math.max(0, wanted - running.stats().wanted()) : 0;
                LOG.info("{}: {} ready{}{}", id, Plural.of(wanted - ended, "worker"), port,
                        ended == 0 ? "" : ", " + ended + " ended with exit status 0");
            } else if (!isHeld()) { // or a command or signal has stopped it meanwhile
                LOG.error("start failed: {}", failure.getMessage());
                if (spec().restart().when().equals("never") && exits.count() == 0) {
                    noteProblem(Messages.of(failure)); // nothing else will ever tell
                }
            }
            begun = true;
            context.changed().run();
        });
        return attempt;
    }

    @Override
    CompletableFuture<Void> startAgain(Cluster running) {
        if (!started.isDone()) {
            return started;
        }
        ClusterStats stats = running.stats();
        return stats.wanted() == wanted && stats.ready() == wanted
                ? CompletableFuture.completedFuture(null)
                : startWorkers(running);
    }

    private CompletableFuture<Void> startWorkers(Cluster running) {
        places.fill();
        exits.forgetFailure();
        started = StartAttempt.scale(running, wanted, mayEnd());
        return started;
    }

    @Override
    String kind() {
        return "service";
    }

    @Override
    int wanted() {
        return wanted;
    }

    @Override
    CompletableFuture<Void> scale(int instances) throws ControlException {
        if (instances > 1 && spec().hasOnePidFile()) {
            throw new ControlException(ControlException.BAD_REQUEST, "scale " + id + " to " + instances
                    + ": the workers would share the pidFile " + spec().pidFile().orElseThrow()
                    + "; put %n, the worker's name, into its path, then musher reload " + id);
        }
        wanted = instances;
        places.fill();
        return cluster().map(running -> running.scale(instances))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    synchronized void apply(ProcessSpec next) throws ControlException {
        if (next.instances() != spec().instances()) {
            wanted = next.instances();
        }
        super.apply(next);
    }

    @Override
    void addTriggers(Triggers added) throws IOException {
        if (!spec().watch().isEmpty()) {
            added.watch(spec().watch(), this::changed);
        }
        spec().terminate().ifPresent(cron -> added.schedule(cron, () -> reload("terminate is due")));
    }

    /** The program is another one now: a rollout of what was there before a further change is superseded. */
    void changed(String path) {
        cluster().ifPresent(running -> {
            if (running.stats().wanted() == 0 && wanted > 0 && places.stopped(cluster()).isEmpty()) {
                LOG.info("{}: start: {} has changed", id, path);
                startWorkers(running);
            } else {
                LOG.info("{}: reload: {} has changed", id, path);
                watchOver(roll(running, true));
            }
        });
    }

    private void reload(String why) {
        LOG.info("{}: reload: {}", id, why);
        cluster().ifPresent(running -> watchOver(running.reload()));
    }

    /** The cluster logs rollouts that fail; others cannot even begin. */
    private void watchOver(CompletableFuture<Rollout> reload) {
        reload.thenCompose(rollout -> OwnPort.hasPrevented(rollout, this, spec()) ? OwnPort.restart(this)
                : CompletableFuture.<Void>completedFuture(null)).exceptionally(failure -> {
                    if (cluster().isPresent()) { // else it was stopped meanwhile
                        LOG.error("{}: reload failed: {}", id, Commands.failure(failure).getMessage());
                    }
                    return null;
                });
    }

    @Override
    CompletableFuture<Rollout> roll(Cluster running, boolean deploys) {
        try {
            return deploys ? running.deploy(ClusterFactory.launch(spec())) : running.reload();
        } catch (IllegalArgumentException e) { // a jar that is missing
            noteFailedReload(Messages.of(e));
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    void noteWorker(ClusterEvent.WorkerEvent event) {
        if (event instanceof ClusterEvent.Forked) {
            slowStarts.forked(event.worker(), spec());
        }
        if (event instanceof ClusterEvent.GaveUp && !spec().watch().isEmpty()) {
            LOG.info("{}: is started again after a change in {}", id, spec().watch().get(0));
        }
    }

    /** Also whether a worker has failed that is not restarted. */
    @Override
    boolean hasFailed() {
        return super.hasFailed() || spec().restart().when().equals("never") && exits.firstFailure().isPresent()
                && cluster().map(running -> running.stats().wanted() < wanted).orElse(false);
    }

    /** A process whose files are watched starts again after a change. */
    @Override
    boolean isOver() {
        return cluster().isPresent() && !spec().watch().isEmpty() ? false : cluster().map(running -> {
            ClusterStats stats = running.stats();
            boolean allGaveUp = !stats.slots().isEmpty() && stats.slots().stream()
                    .allMatch(slot -> slot.state() == SlotStats.State.GAVE_UP);
            return begun && places.stopped(cluster()).isEmpty() && stats.workers().isEmpty()
                    && (stats.wanted() == 0 || allGaveUp) && wanted > 0
                    && exits.count() >= stats.forks(); // more by an exit that was noted after a restart
        }).orElse(!isHeld());
    }

    @Override
    String state(Cluster running, ClusterStats stats) {
        String state = state(stats, wanted);
        return state.equals("ended") && !places.stopped(cluster()).isEmpty() ? "stopped" : state;
    }

    /** {@return the state of workers that are kept running} */
    static String state(ClusterStats stats, int wanted) {
        if (stats.rollout().isPresent()) {
            return "reloading";
        }
        if (stats.wanted() == 0) {
            return !stats.workers().isEmpty() ? "stopping" : wanted == 0 ? "stopped" : "ended";
        }
        if (stats.slots().stream().allMatch(slot -> slot.state() == SlotStats.State.GAVE_UP)) {
            return "gave up";
        }
        boolean starts = stats.slots().stream().allMatch(slot -> switch (slot.state()) {
            case READY, STARTING, QUEUED -> true;
            default -> false;
        });
        return stats.ready() >= stats.wanted() ? "ready" : starts ? "starting" : "degraded";
    }
}
