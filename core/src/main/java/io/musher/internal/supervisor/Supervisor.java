package io.musher.internal.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * All workers of a cluster, without a process, a thread or a clock: told what users want and what workers do, it says
 * through {@link Actions} what is to be done and through {@link SupervisorListener} what has happened.
 *
 * <p>Not thread safe: every method but {@link #workers} and {@link #slots} is called on one thread, never from within
 * {@link Actions} or {@link SupervisorListener}. Nothing throws; promises are completed by {@link Actions#callback}, all of them at
 * the latest when the cluster has stopped. How the parts fit is told at the package.
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
     * Does nothing yet.
     *
     * @param rules what to go by
     * @param edition what workers are started from
     * @param actions what is done
     * @param news what is told
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

    /** One input from beginning to end, and what follows from it. */
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

    private void request(CompletableFuture<?> promise, Runnable request) {
        turn(() -> {
            if (lifecycle.isStopping()) {
                PendingFutures.fail(registry.actions, promise, lifecycle.refusal());
            } else {
                request.run();
            }
        });
    }

    private void handle(Incarnation worker, Runnable fact) {
        turn(() -> StopSequence.whenForked(worker, () -> {
            if (worker.isAlive()) {
                fact.run();
            }
        }));
    }

    // ---- what users want

    /** {@return the processes that were forked and are not reaped, by instance; a snapshot, from any thread} */
    public List<Incarnation> workers() {
        return registry.workers();
    }

    /** {@return every slot used so far, by instance; from any thread} */
    public List<SlotStatus> slots() {
        return registry.slots().stream().map(Slot::status).toList();
    }

    /**
     * Starts so many workers, all or nothing; call it first, and once.
     *
     * @param instances how many
     * @param promise completes when all are ready; fails with {@link StartFailure} when nobody is left
     */
    public void start(int instances, CompletableFuture<Void> promise) {
        request(promise, () -> lifecycle.start(instances, promise));
    }

    /**
     * Stops everything; any number of times.
     *
     * @param promise completes when nobody is left
     */
    public void stop(CompletableFuture<Void> promise) {
        turn(() -> lifecycle.stop(promise));
    }

    /** Stops everything with SIGKILL, now: the second signal. */
    public void killAll() {
        turn(lifecycle::killAll);
    }

    /**
     * Changes the number of workers.
     *
     * @param instances how many
     * @param promise completes when the newest number is reached; fails when an instance has given up
     */
    public void scale(int instances, CompletableFuture<Void> promise) {
        request(promise, () -> scaling.scale(instances, promise));
    }

    /**
     * One more, in the lowest instance that is not wanted.
     *
     * @param environment for this instance, on top of the common one, also when it is replaced
     * @param promise completes when it is ready
     */
    public void fork(Map<String, String> environment, CompletableFuture<Incarnation> promise) {
        request(promise, () -> scaling.fork(environment, promise));
    }

    /**
     * The graceful ladder, without a replacement; {@link Incarnation#onExit} tells when it is done.
     *
     * @param worker who
     */
    public void stop(Incarnation worker) {
        turn(() -> leave(worker, false, "stop() was called"));
    }

    /**
     * Takes a worker out without ending it.
     *
     * @param worker who
     */
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
     * @param worker the latest of its slot
     * @param promise completes with its successor when that is ready
     */
    public void restart(Incarnation worker, CompletableFuture<Incarnation> promise) {
        request(promise, () -> restarts.restart(worker, promise));
    }

    /**
     * Takes care of a promise whose request is still being prepared: it fails when the cluster stops meanwhile.
     *
     * @param promise is given to {@link #roll} or {@link #refuse} later, or never
     */
    public void expect(CompletableFuture<?> promise) {
        request(promise, () -> lifecycle.expect(promise));
    }

    /**
     * The request cannot be prepared.
     *
     * @param promise one that is expected; fails
     * @param why what it fails with
     */
    public void refuse(CompletableFuture<?> promise, Throwable why) {
        turn(() -> {
            lifecycle.isHere(promise);
            PendingFutures.fail(registry.actions, promise, why);
        });
    }

    /**
     * Replaces all workers, step by step.
     *
     * @param edition what the new ones are started from; in force from the success on
     * @param why for the log
     * @param joins whether it is about the program of {@link #target()}: then a rollout that runs and leads to an equal edition will do,
     *     and if there is one that leads elsewhere, those who wait for it wait for this one
     * @param promise completes when it has ended, well or not, also when it was superseded; fails when the cluster stops meanwhile
     */
    public void roll(Object edition, String why, boolean joins, CompletableFuture<RolloutResult> promise) {
        request(promise, () -> {
            lifecycle.isHere(promise);
            rollout.roll(edition, why, joins, promise);
        });
    }

    /**
     * Takes back the rollout that runs: what was replaced is rolled back, as after a failure.
     *
     * @param promise completes when it has ended, at once when none runs
     */
    public void abortRollout(CompletableFuture<Void> promise) {
        turn(() -> rollout.abort(promise));
    }

    /** {@return what workers will be started from when the rollout that runs succeeds, or are at present; on the supervisor's thread} */
    public Object target() {
        return rollout.target();
    }

    /** {@return how far the rollout that runs has come, if one does; from any thread} */
    public Optional<RolloutProgress> progress() {
        return rollout.progress();
    }

    /** {@return what workers are started from; on the supervisor's thread} */
    public Object edition() {
        return registry.edition;
    }

    /**
     * SIGKILL, now.
     *
     * @param worker who
     */
    public void kill(Incarnation worker) {
        turn(() -> {
            if (worker.isAlive()) {
                stopSequence.kill(worker, "kill() was called");
            }
        });
    }

    // ---- what processes do

    @Override
    public void spawned(Incarnation worker, StartedProcess process) {
        turn(() -> startup.spawned(worker, process));
    }

    @Override
    public void spawnFailed(Incarnation worker, Throwable cause) {
        turn(() -> exits.spawnFailed(worker, cause));
    }

    @Override
    public void exited(Incarnation worker, int status, Optional<String> signal) {
        handle(worker, () -> exits.exited(worker, status, signal));
    }

    @Override
    public boolean hello(Incarnation worker) {
        boolean[] welcome = new boolean[1];
        turn(() -> welcome[0] = startup.hello(worker));
        return welcome[0];
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
    public void refuses(Incarnation worker, String why) {
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
    public void livenessFailed(Incarnation worker, String why, boolean deaf) {
        handle(worker, () -> exits.livenessFailed(worker, why, deaf));
    }

    @Override
    public void threadDumpDone(Incarnation worker) {
        handle(worker, () -> stopSequence.threadDumpDone(worker));
    }

    @Override
    public void recycleDue(Incarnation worker, String why) {
        handle(worker, () -> recycler.recycleDue(worker, why));
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
