package io.musher.internal.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Supervises all workers of a cluster (start, restart, scale, reload, recycle, drain, stop), without processes, threads
 * or a clock of its own. Takes requests of callers and events of workers as input; carries out its decisions through
 * {@link Actions}, and reports through {@link SupervisorListener} what has happened.
 *
 * <p>Not thread safe: every method except {@link #workers}, {@link #slots} and {@link #progress} is called on one
 * thread, the control thread, and never from within {@link Actions} or {@link SupervisorListener}. Methods do not
 * throw. Futures are completed by {@link Actions#callback}, all of them at the latest when the cluster has stopped. The
 * package documentation describes how the classes work together.
 */
public final class Supervisor implements ProcessEvents {

    private final WorkerRegistry registry;
    private final BootQueue bootQueue;
    private final StopSequence stopSequence;
    private final StartupTracker startup;
    private final ScaleController scaling;
    private final RestartController restarts;
    private final Recycler recycler;
    private final RolloutPlan rollout;
    private final ClusterLifecycle lifecycle;
    private final ExitHandler exits;
    private boolean inTurn;

    /**
     * Creates an idle supervisor; {@link #start} starts the workers.
     *
     * @param generation the generation that workers are started from
     */
    public Supervisor(SupervisorConfig config, Object edition, Actions actions, SupervisorListener listener) {
        registry = new WorkerRegistry(config, edition, actions, listener, this::turn);
        bootQueue = new BootQueue(registry);
        stopSequence = new StopSequence(registry);
        rollout = new RolloutPlan(registry, bootQueue, stopSequence);
        startup = new StartupTracker(registry, stopSequence, rollout);
        scaling = new ScaleController(registry, bootQueue, stopSequence);
        restarts = new RestartController(registry, bootQueue, stopSequence, scaling, rollout);
        lifecycle = new ClusterLifecycle(registry, scaling, stopSequence, rollout);
        recycler = new Recycler(registry, bootQueue, stopSequence, rollout);
        exits = new ExitHandler(registry, startup, stopSequence, restarts, rollout, recycler, lifecycle);
    }

    /** Processes one input completely, including all steps that it makes possible. */
    private void turn(Runnable input) {
        assert !inTurn : "called from within an action";
        inTurn = true;
        try {
            input.run();
            rollout.advance();
            bootQueue.pump();
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

    private void handle(Incarnation worker, Runnable event) {
        turn(() -> StopSequence.whenForked(worker, () -> {
            if (worker.isAlive()) {
                event.run();
            }
        }));
    }

    // ---- requests of callers

    /**
     * {@return a snapshot of the workers that were forked and are not reaped, by instance; may be called from any
     * thread}
     */
    public List<Incarnation> workers() {
        return registry.workers();
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
     * {@link #startRollout} or {@link #refuse} is called with it.
     */
    public void expect(CompletableFuture<?> future) {
        request(future, () -> lifecycle.expect(future));
    }

    /** Fails a future given to {@link #expect}, because its request could not be prepared. */
    public void refuse(CompletableFuture<?> future, Throwable why) {
        turn(() -> {
            lifecycle.isHere(future);
            PendingFutures.fail(registry.actions, future, why);
        });
    }

    /**
     * Starts a rollout (rolling reload): replaces all workers, batch by batch.
     *
     * @param generation the generation of the new workers; in force after a success
     * @param why the reason, for the log
     * @param joins whether the request concerns the program of {@link #target()}. If true, joins a running rollout to
     *     an equal generation; callers of a superseded rollout wait for this one instead
     * @param future completes when the rollout has ended, with any outcome; fails if the cluster stops before that
     */
    public void startRollout(Object edition, String why, boolean joins, CompletableFuture<RolloutResult> future) {
        request(future, () -> {
            lifecycle.isHere(future);
            rollout.roll(edition, why, joins, future);
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

    /**
     * {@return the generation of the rollout that rolls forward, otherwise the generation in force; control thread
     * only}
     */
    public Object target() {
        return rollout.target();
    }

    /** {@return the progress of the running rollout, if any; may be called from any thread} */
    public Optional<RolloutProgress> progress() {
        return rollout.progress();
    }

    /** {@return the generation in force; control thread only} */
    public Object generation() {
        return registry.generation;
    }

    /** Kills a worker by SIGKILL; if the restart policy replaces the worker, then without delay. */
    public void kill(Incarnation worker) {
        turn(() -> {
            if (worker.isAlive()) {
                stopSequence.kill(worker, "kill() was called");
            }
        });
    }

    // ---- events of processes

    @Override
    public void spawned(Incarnation worker, StartedProcess process) {
        turn(() -> startup.spawned(worker, process));
    }

    @Override
    public void spawnFailed(Incarnation worker, Throwable cause) {
        turn(() -> exits.spawnFailed(worker, cause));
    }

    @Override
    public void processExited(Incarnation worker) {
        handle(worker, () -> stopSequence.processExited(worker));
    }

    @Override
    public void exited(Incarnation worker, int status, Optional<String> signal) {
        handle(worker, () -> exits.exited(worker, status, signal));
    }

    @Override
    public boolean hello(Incarnation worker) {
        boolean[] accepted = new boolean[1];
        turn(() -> accepted[0] = startup.hello(worker));
        return accepted[0];
    }

    @Override
    public void ready(Incarnation worker) {
        handle(worker, () -> startup.ready(worker));
    }

    @Override
    public void notReady(Incarnation worker) {
        handle(worker, () -> startup.notReady(worker));
    }

    @Override
    public void listening(Incarnation worker, int port) {
        handle(worker, () -> startup.listening(worker, port));
    }

    @Override
    public void claims(Incarnation worker, int port) {
        handle(worker, () -> startup.claims(worker, port));
    }

    @Override
    public void portAccepts(Incarnation worker) {
        handle(worker, () -> startup.portAccepts(worker));
    }

    @Override
    public void portRefuses(Incarnation worker, String why) {
        handle(worker, () -> exits.refuses(worker, why));
    }

    @Override
    public void disconnectRequested(Incarnation worker) {
        handle(worker, () -> exits.disconnectRequested(worker));
    }

    @Override
    public void stopRequested(Incarnation worker) {
        handle(worker, () -> exits.stopRequested(worker));
    }

    @Override
    public void channelEnded(Incarnation worker, boolean goodbye) {
        handle(worker, () -> exits.channelEnded(worker, goodbye));
    }

    @Override
    public void readinessPassed(Incarnation worker) {
        handle(worker, () -> startup.readinessPassed(worker));
    }

    @Override
    public void readinessFailed(Incarnation worker, String why) {
        handle(worker, () -> startup.readinessFailed(worker, why));
    }

    @Override
    public void livenessFailed(Incarnation worker, String why, boolean unresponsive) {
        handle(worker, () -> exits.livenessFailed(worker, why, unresponsive));
    }

    @Override
    public void threadDumpDone(Incarnation worker) {
        handle(worker, () -> stopSequence.threadDumpDone(worker));
    }

    @Override
    public void recycleDue(Incarnation worker, String why) {
        handle(worker, () -> recycler.recycleDue(worker, why));
    }

    /**
     * {@link Actions#checkPorts} is done.
     *
     * @param workers the list that was given to it
     */
    public void portsChecked(List<Incarnation> workers) {
        turn(() -> rollout.portsChecked(workers));
    }

    @Override
    public void drainHooks(Incarnation worker) {
        handle(worker, () -> worker.drainHooks = true);
    }

    @Override
    public void drainHooksDone(Incarnation worker) {
        handle(worker, () -> stopSequence.drainHooksDone(worker));
    }

    @Override
    public void drained(Incarnation worker) {
        handle(worker, () -> stopSequence.drained(worker));
    }
}
