package io.musher.internal.supervisor;

import io.musher.ClusterStats.RolloutStats;
import io.musher.Rollout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Supervises all workers of a cluster (start, restart, scale, reload, recycle, drain, stop), without processes, threads
 * or a clock of its own. Takes requests of callers and {@link #events} of processes as input; carries out its decisions
 * through {@link Actions}, and reports through {@link SupervisorListener} what has happened.
 *
 * <p>Not thread safe: every method except {@link #workers}, {@link #forks}, {@link #slots} and {@link #progress} is
 * called on one thread, the control thread, and never from within {@link Actions} or {@link SupervisorListener}.
 * Methods do not throw. Futures are completed by {@link Actions#callback}, all of them at the latest when the cluster
 * has stopped. The package documentation describes how the classes work together.
 */
public final class Supervisor {

    private final WorkerRegistry registry;
    private final BootQueue bootQueue;
    private final KillSequence killSequence;
    private final ScaleController scaling;
    private final RestartController restarts;
    private final RolloutPlan rollout;
    private final Takeover takeover;
    private final ClusterLifecycle lifecycle;
    private final ProcessEvents events;
    private boolean inTurn;

    /**
     * Creates an idle supervisor; {@link #start} starts the workers.
     *
     * @param generation the generation that workers are started from
     */
    public Supervisor(SupervisorConfig config, Generation generation, Actions actions, SupervisorListener listener) {
        registry = new WorkerRegistry(config, generation, actions, listener, this::turn);
        bootQueue = new BootQueue(registry);
        killSequence = new KillSequence(registry);
        StopSequence stopSequence = new StopSequence(registry, killSequence);
        rollout = new RolloutPlan(registry, bootQueue, stopSequence);
        takeover = new Takeover(registry, stopSequence, rollout);
        StartupTracker startup = new StartupTracker(registry, stopSequence, rollout, takeover);
        scaling = new ScaleController(registry, bootQueue, stopSequence);
        restarts = new RestartController(registry, bootQueue, stopSequence, scaling, rollout);
        lifecycle = new ClusterLifecycle(registry, scaling, stopSequence, killSequence, rollout);
        Recycler recycler = new Recycler(registry, bootQueue, stopSequence, rollout);
        ExitHandler exits = new ExitHandler(registry, startup, stopSequence, restarts, rollout, recycler, lifecycle);
        events = new ProcessEventRouter(this::turn, startup, stopSequence, exits, recycler);
    }

    /** Processes one input completely, including all steps that it makes possible. */
    private void turn(Runnable input) {
        assert !inTurn : "called from within an action";
        inTurn = true;
        try {
            input.run();
            takeover.advance();
            rollout.advance();
            bootQueue.startNext(events, lifecycle.isStarting());
            scaling.completeIfDone();
            restarts.reportAllGaveUp();
            lifecycle.completeIfDone();
        } finally {
            inTurn = false;
        }
    }

    private void request(CompletableFuture<?> future, Runnable request) {
        turn(() -> {
            if (lifecycle.isStopping()) {
                PendingFutures.fail(registry.actions, future, lifecycle.refusal());
            } else {
                request.run();
            }
        });
    }

    /** {@return where processes, channels and health checks report; control thread only} */
    public ProcessEvents events() {
        return events;
    }

    // ---- requests of callers

    /**
     * {@return a snapshot of the workers that were forked and are not reaped, by instance; may be called from any
     * thread}
     */
    public List<Incarnation> workers() {
        return registry.workers();
    }

    /** {@return how many workers were forked so far; may be called from any thread} */
    public long forks() {
        return registry.forks();
    }

    /** {@return the status of every slot used so far, by instance; may be called from any thread} */
    public List<SlotStatus> slots() {
        return registry.slots().stream().map(Slot::status).toList();
    }

    /**
     * Starts the first workers, all or nothing; to be called once, before all other requests.
     *
     * @param future completes when all workers are ready; if one fails, fails with {@link StartFailure} after all have
     *     ended
     */
    public void start(int instances, CompletableFuture<Void> future) {
        request(future, () -> lifecycle.start(instances, future));
    }

    /**
     * Stops the cluster gracefully; may be called any number of times.
     *
     * @param future completes when no worker is left
     */
    public void stop(CompletableFuture<Void> future) {
        turn(() -> lifecycle.stop(future));
    }

    /** Stops the cluster by SIGKILL, without a drain; used for a second shutdown signal. */
    public void killAll() {
        turn(lifecycle::killAll);
    }

    /**
     * Changes the number of wanted instances.
     *
     * @param future completes when the number of the latest call is reached; fails if an instance is given up
     */
    public void scale(int instances, CompletableFuture<Void> future) {
        request(future, () -> scaling.scale(instances, future));
    }

    /**
     * Starts one additional worker, in the lowest free slot.
     *
     * @param environment variables for this instance in addition to the common ones, also for its later replacements
     * @param future completes when the worker is ready
     */
    public void fork(Map<String, String> environment, CompletableFuture<Incarnation> future) {
        request(future, () -> scaling.fork(environment, future));
    }

    /** Stops a worker gracefully, without a replacement; {@link Incarnation#onExit} completes after the exit. */
    public void stop(Incarnation worker) {
        turn(() -> leave(worker, false, "stop() was called"));
    }

    /** Disconnects a worker, without a replacement: drains it and closes its channel, but lets its process run. */
    public void disconnect(Incarnation worker) {
        turn(() -> leave(worker, true, "disconnect() was called"));
    }

    private void leave(Incarnation worker, boolean detach, String why) {
        if (worker.isAlive()) {
            scaling.removeWorker(worker, detach, why);
        }
    }

    /**
     * Replaces a worker, or revives the slot of a dead one.
     *
     * @param worker the serving or the latest worker of its slot
     * @param future completes with the replacement when that is ready
     */
    public void restart(Incarnation worker, CompletableFuture<Incarnation> future) {
        request(future, () -> restarts.restart(worker, future));
    }

    /**
     * Registers a future whose request is still being prepared, so that the future fails if the cluster stops before
     * {@link #deploy}, {@link #reload} or {@link #refuse} is called with it.
     */
    public void expect(CompletableFuture<?> future) {
        request(future, () -> lifecycle.expect(future));
    }

    /** Fails a future given to {@link #expect}, because its request could not be prepared. */
    public void refuse(CompletableFuture<?> future, Throwable why) {
        turn(() -> {
            lifecycle.stopExpecting(future);
            PendingFutures.fail(registry.actions, future, why);
        });
    }

    /**
     * Starts a rollout (rolling reload) to another launch: replaces all workers, batch by batch. Supersedes a running
     * rollout.
     *
     * @param generation the generation of the new workers; in force after a success
     * @param why the reason, for the log
     * @param future completes when the rollout has ended, with any outcome; fails if the cluster stops before that
     */
    public void deploy(Generation generation, String why, CompletableFuture<Rollout> future) {
        request(future, () -> {
            lifecycle.stopExpecting(future);
            rollout.deploy(generation, why, future);
        });
    }

    /**
     * Starts a rollout to the launch of the rollout that rolls forward, otherwise to the one in force, with a new
     * environment. Joins a running rollout to an equal generation; callers of a superseded rollout wait for this one
     * instead.
     *
     * @param environment the environment of the new workers
     * @param why the reason, for the log
     * @param future completes when the rollout has ended, with any outcome; fails if the cluster stops before that
     */
    public void reload(Map<String, String> environment, String why, CompletableFuture<Rollout> future) {
        request(future, () -> {
            lifecycle.stopExpecting(future);
            rollout.reload(rollout.target().withEnvironment(environment), why, future);
        });
    }

    /**
     * Aborts the running rollout: rolls back what was replaced, as after a failure.
     *
     * @param future completes when the rollout has ended, at once if none runs
     */
    public void abortRollout(CompletableFuture<Void> future) {
        turn(() -> rollout.abort(future));
    }

    /** {@return the generation of the rollout that rolls forward, otherwise the generation in force} */
    Generation target() {
        return rollout.target();
    }

    /** {@return the generation in force} */
    Generation generation() {
        return registry.generation;
    }

    /** {@return the progress of the running rollout, if any; may be called from any thread} */
    public Optional<RolloutStats> progress() {
        return rollout.progress();
    }

    /** Kills a worker by SIGKILL; if the restart policy replaces the worker, then without delay. */
    public void kill(Incarnation worker) {
        turn(() -> {
            if (worker.isAlive()) {
                killSequence.kill(worker, "kill() was called");
            }
        });
    }
}
