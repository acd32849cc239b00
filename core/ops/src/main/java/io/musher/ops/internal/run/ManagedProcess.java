package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats.SlotStats;
import io.musher.Exit;
import io.musher.Output;
import io.musher.Rollout;
import io.musher.balancer.loop.Nullable;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.log.WorkerLog;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One entry of the file: its cluster while it is started, and what goes with it. Thread-safe: the monitor guards which
 * cluster there is, and is never held while waiting.
 */
abstract class ManagedProcess extends ControlledProcess {

    static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    final Context context;
    final ExitHistory exits = new ExitHistory();
    private final Triggers triggers;
    private final LivePidFiles pidFiles;
    private final StartRetry retry = new StartRetry(this::retry);
    private volatile ProcessSpec spec;
    private volatile WorkerLog log;
    private volatile @Nullable Cluster cluster;
    private volatile CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
    private volatile String problem = "";
    private volatile boolean wasReady;
    private volatile boolean refused;
    /** Whether a command has stopped it; another one may start it. */
    private volatile boolean held;

    ManagedProcess(ProcessSpec spec, Context context) {
        super(spec.id(), context.events(), context.memory());
        this.spec = spec;
        this.context = context;
        this.triggers = new Triggers(spec.id(), context);
        this.log = context.logs().apply(spec);
        this.pidFiles = new LivePidFiles(spec.pidFile());
    }

    /** Starts what this process does for the user. {@return completes when that is ready} */
    abstract CompletableFuture<Void> begin(Cluster running);

    /** Starts what was given up, or runs a job now. {@return completes when that is ready} */
    abstract CompletableFuture<Void> startAgain(Cluster running);

    /** Called on the events thread of the cluster. */
    abstract void noteWorker(ClusterEvent.WorkerEvent event);

    /** {@return whether nothing of it will ever run again unless a command starts it} */
    abstract boolean isOver();

    /** Starts new workers of the present spec in the place of the old ones. */
    abstract CompletableFuture<Rollout> roll(Cluster running, boolean deploys);

    ProcessSpec spec() {
        return spec;
    }

    @Override
    Optional<Cluster> cluster() {
        return Optional.ofNullable(cluster);
    }

    @Override
    String problem() {
        return problem;
    }

    /** Notes why it could not be started. */
    void noteProblem(String why) {
        problem = why;
    }

    boolean isHeld() {
        return held;
    }

    @Override
    Optional<Exit> lastExit() {
        return exits.last();
    }

    @Override
    boolean mayEnd() {
        return !spec.restart().when().equals("always");
    }

    @Override
    boolean isStopping() {
        return !ended.isDone();
    }

    /**
     * Starts the process, after the end of its former cluster.
     *
     * @return completes when it is ready; fails with {@link ControlException} at the first worker that ends before
     * @throws ControlException if a port is taken or the program cannot be run
     */
    @Override
    CompletableFuture<Void> start() throws ControlException {
        while (true) {
            ended.join();
            synchronized (this) {
                Cluster running = cluster;
                if (running != null) {
                    return startAgain(running);
                }
                if (ended.isDone()) {
                    return begin(open());
                }
            }
        }
    }

    private Cluster open() throws ControlException {
        try {
            checkPidFiles(spec);
            exits.begin();
            Cluster opened = ClusterFactory.builder(spec, () -> ClusterFactory.environment(spec), this::write)
                    .removeJvmArgs(context.removedJvmArgs().toArray(String[]::new))
                    .on(ClusterEvent.class, this::note).start();
            cluster = opened;
            held = false;
            problem = "";
            retry.started();
            forgetFailures();
            addTriggers(triggers);
            return opened;
        } catch (IOException | RuntimeException e) {
            Cluster failed = cluster;
            if (failed != null) {
                triggers.close();
                cluster = null;
                ended = failed.stop().exceptionally(stopFailure -> null);
            }
            refused = e instanceof IllegalArgumentException; // such as a jar that is missing; else a port is taken
            String former = problem;
            problem = e.getMessage() == null ? e.toString() : e.getMessage();
            String text = problem.startsWith(id + ": ") ? problem : id + ": " + problem;
            if (!problem.equals(former)) {
                LOG.error("{}: start failed, and is tried again from time to time: {}", id, problem);
                context.events().publish("start-failed", id, "", problem);
            }
            retry.startFailed();
            throw new ControlException(ControlException.FAILED, text);
        }
    }

    private static void checkPidFiles(ProcessSpec of) throws IOException {
        if (of.pidFile().isPresent()) {
            new PidFiles(of.pidFile().get()).check(of.id(), of.instances());
        }
    }

    private synchronized void retry() {
        if (!retry.isDue() || cluster != null) {
            return;
        }
        if (!ended.isDone()) {
            retry.plan();
            return;
        }
        try {
            Cluster opened = open();
            LOG.info("{}: what prevented the start is gone: starts", id);
            begin(opened);
        } catch (ControlException e) {
            LOG.debug("{}: start failed again", id, e);
        }
    }

    /** Stops the process until {@link #start}. {@return completes when all of it has ended; never fails} */
    @Override
    synchronized CompletableFuture<Void> stop() {
        Cluster running = cluster;
        problem = "";
        retry.callOff();
        held = true;
        if (running != null) {
            cluster = null;
            triggers.close();
            ended = running.stop().exceptionally(failure -> null);
        }
        return ended;
    }

    /**
     * Goes by another spec from now on; what concerns workers takes effect when they are replaced.
     *
     * @throws ControlException if its pid files cannot be written, and nothing has changed; or if what the spec watches
     *     cannot be watched, and the process runs without any triggers then, until another spec is applied
     */
    synchronized void apply(ProcessSpec next) throws ControlException {
        if (spec.equals(next)) {
            return;
        }
        if (cluster != null) { // else the start checks them
            try {
                checkPidFiles(next);
            } catch (IOException e) {
                throw new ControlException(ControlException.FAILED, id + ": " + e.getMessage());
            }
        }
        spec = next;
        log = context.logs().apply(next);
        pidFiles.move(next.pidFile());
        if (cluster != null) {
            triggers.close();
            try {
                addTriggers(triggers);
            } catch (IOException e) {
                triggers.close();
                throw new ControlException(ControlException.FAILED, id + ": " + e.getMessage());
            }
        }
    }

    @Override
    long droppedByLog() {
        return log.dropped();
    }

    private void write(Output.Line line) {
        context.memory().add(line);
        log.accept(line);
    }

    private void note(ClusterEvent event) {
        if (event instanceof ClusterEvent.WorkerEvent of) {
            if (event instanceof ClusterEvent.Forked) {
                pidFiles.forked(of.worker());
                exits.forked(of.worker().id());
            } else if (event instanceof ClusterEvent.Exited exited) {
                pidFiles.exited(of.worker());
                exits.exited(of.worker().id(), exited.exit());
            } else if (event instanceof ClusterEvent.Ready) {
                wasReady = true;
            }
            noteWorker(of);
        } else if (event instanceof ClusterEvent.RolloutStarted) {
            exits.rolloutStarted();
        } else if (event instanceof ClusterEvent.RolloutFinished finished && !finished.rollout().succeeded()) {
            exits.rolledBack();
        }
        publish(event);
        context.changed().run();
    }

    /** Adds what starts or reloads the process by itself, as its spec says; called with the monitor held. */
    abstract void addTriggers(Triggers added) throws IOException;

    @Override
    int configured() {
        return spec.instances();
    }

    @Override
    OptionalInt commonPort() {
        return spec.port().inherited()
                ? cluster().map(running -> OptionalInt.of(running.commonPort())).orElseGet(OptionalInt::empty)
                : spec.port().common();
    }

    @Override
    Map<String, Object> details() {
        return ProcessDetails.of(spec);
    }

    /** {@return whether something was given up or could not be started} */
    boolean hasFailed() {
        return !problem.isEmpty() || cluster().map(running -> running.stats().slots().stream()
                .anyMatch(slot -> slot.state() == SlotStats.State.GAVE_UP)).orElse(false);
    }

    /** {@return whether it was never ready, and will not be unless a command or a change of its files helps} */
    boolean isHopeless() {
        boolean failed = isOver() && hasFailed() && (cluster().isPresent() || refused);
        return failed && !wasReady && spec.watch().isEmpty();
    }

    /** How long stopping may take. */
    Duration stopLimit() {
        return spec.stop().before().plus(spec.stop().drain()).plus(spec.stop().kill());
    }
}
