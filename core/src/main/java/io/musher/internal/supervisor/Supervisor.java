package io.musher.internal.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * All workers of a cluster, without a process, a thread or a clock: told what users want and what workers do, it says
 * through {@link Actions} what is to be done and through {@link News} what has happened.
 *
 * <p>Not thread safe: every method but {@link #workers} and {@link #slots} is called on one thread, never from within
 * {@link Actions} or {@link News}. Nothing throws; promises are completed by {@link Actions#callback}, all of them at
 * the latest when the cluster has stopped. How the parts fit is told at the package.
 */
public final class Supervisor implements Facts {

    private final Roster roster;
    private final BootQueue queue;
    private final Ladder ladder;
    private final Arrival arrival;
    private final Wanted wanted;
    private final Replacement replacement;
    private final Recycling recycling;
    private final RolloutPlan rollout;
    private final Life life;
    private final Departure departure;
    private boolean inside;

    /**
     * Does nothing yet.
     *
     * @param rules what to go by
     * @param edition what workers are started from
     * @param actions what is done
     * @param news what is told
     */
    public Supervisor(Rules rules, Object edition, Actions actions, News news) {
        roster = new Roster(rules, edition, actions, news, this::turn);
        queue = new BootQueue(roster);
        ladder = new Ladder(roster);
        rollout = new RolloutPlan(roster, queue, ladder);
        arrival = new Arrival(roster, ladder, rollout);
        wanted = new Wanted(roster, queue, ladder);
        replacement = new Replacement(roster, queue, ladder, wanted, rollout);
        life = new Life(roster, wanted, ladder, rollout);
        recycling = new Recycling(roster, queue, ladder, rollout);
        departure = new Departure(roster, arrival, ladder, replacement, rollout, recycling, life);
    }

    /** One input from beginning to end, and what follows from it. */
    private void turn(Runnable input) {
        assert !inside : "called from within an action";
        inside = true;
        try {
            input.run();
            rollout.settle();
            queue.pump();
            wanted.settle();
            replacement.settle();
            life.settle();
        } finally {
            inside = false;
        }
    }

    private void ask(CompletableFuture<?> promise, Runnable request) {
        turn(() -> {
            if (life.isStopping()) {
                Promises.fail(roster.actions, promise, life.refusal());
            } else {
                request.run();
            }
        });
    }

    private void hear(Incarnation worker, Runnable fact) {
        turn(() -> Ladder.whenForked(worker, () -> {
            if (worker.isAlive()) {
                fact.run();
            }
        }));
    }

    // ---- what users want

    /** {@return the processes that were forked and are not reaped, by instance; a snapshot, from any thread} */
    public List<Incarnation> workers() {
        return roster.workers();
    }

    /** {@return every slot used so far, by instance; from any thread} */
    public List<SlotStatus> slots() {
        return roster.slots().stream().map(Slot::status).toList();
    }

    /**
     * Starts so many workers, all or nothing; call it first, and once.
     *
     * @param instances how many
     * @param promise completes when all are ready; fails with {@link StartFailure} when nobody is left
     */
    public void start(int instances, CompletableFuture<Void> promise) {
        ask(promise, () -> life.start(instances, promise));
    }

    /**
     * Stops everything; any number of times.
     *
     * @param promise completes when nobody is left
     */
    public void stop(CompletableFuture<Void> promise) {
        turn(() -> life.stop(promise));
    }

    /** Stops everything with SIGKILL, now: the second signal. */
    public void killAll() {
        turn(life::killAll);
    }

    /**
     * Changes the number of workers.
     *
     * @param instances how many
     * @param promise completes when the newest number is reached; fails when an instance has given up
     */
    public void scale(int instances, CompletableFuture<Void> promise) {
        ask(promise, () -> wanted.scale(instances, promise));
    }

    /**
     * One more, in the lowest instance that is not wanted.
     *
     * @param environment for this instance, on top of the common one, also when it is replaced
     * @param promise completes when it is ready
     */
    public void fork(Map<String, String> environment, CompletableFuture<Incarnation> promise) {
        ask(promise, () -> wanted.fork(environment, promise));
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
            wanted.leave(worker, detach, why);
        }
    }

    /**
     * Replaces a worker, or revives the slot of a dead one.
     *
     * @param worker the latest of its slot
     * @param promise completes with its successor when that is ready
     */
    public void restart(Incarnation worker, CompletableFuture<Incarnation> promise) {
        ask(promise, () -> replacement.restart(worker, promise));
    }

    /**
     * Takes care of a promise whose request is still being prepared: it fails when the cluster stops meanwhile.
     *
     * @param promise is given to {@link #roll} or {@link #refuse} later, or never
     */
    public void expect(CompletableFuture<?> promise) {
        ask(promise, () -> life.expect(promise));
    }

    /**
     * The request cannot be prepared.
     *
     * @param promise one that is expected; fails
     * @param why what it fails with
     */
    public void refuse(CompletableFuture<?> promise, Throwable why) {
        turn(() -> {
            life.isHere(promise);
            Promises.fail(roster.actions, promise, why);
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
    public void roll(Object edition, String why, boolean joins, CompletableFuture<Rolled> promise) {
        ask(promise, () -> {
            life.isHere(promise);
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
    public Optional<Progress> progress() {
        return rollout.progress();
    }

    /** {@return what workers are started from; on the supervisor's thread} */
    public Object edition() {
        return roster.edition;
    }

    /**
     * SIGKILL, now.
     *
     * @param worker who
     */
    public void kill(Incarnation worker) {
        turn(() -> {
            if (worker.isAlive()) {
                ladder.kill(worker, "kill() was called");
            }
        });
    }

    // ---- what processes do

    @Override
    public void spawned(Incarnation worker, Spawned process) {
        turn(() -> arrival.spawned(worker, process));
    }

    @Override
    public void spawnFailed(Incarnation worker, Throwable cause) {
        turn(() -> departure.spawnFailed(worker, cause));
    }

    @Override
    public void exited(Incarnation worker, int status, Optional<String> signal) {
        hear(worker, () -> departure.exited(worker, status, signal));
    }

    @Override
    public boolean hello(Incarnation worker) {
        boolean[] welcome = new boolean[1];
        turn(() -> welcome[0] = arrival.hello(worker));
        return welcome[0];
    }

    @Override
    public void ready(Incarnation worker) {
        hear(worker, () -> arrival.ready(worker));
    }

    @Override
    public void notReady(Incarnation worker) {
        hear(worker, () -> arrival.notReady(worker));
    }

    @Override
    public void listening(Incarnation worker, int port) {
        hear(worker, () -> arrival.listening(worker, port));
    }

    @Override
    public void claims(Incarnation worker, int port) {
        hear(worker, () -> arrival.claims(worker, port));
    }

    @Override
    public void accepting(Incarnation worker) {
        hear(worker, () -> arrival.accepting(worker));
    }

    @Override
    public void refuses(Incarnation worker, String why) {
        hear(worker, () -> departure.refuses(worker, why));
    }

    @Override
    public void disconnects(Incarnation worker) {
        hear(worker, () -> departure.disconnects(worker));
    }

    @Override
    public void asksToStop(Incarnation worker) {
        hear(worker, () -> departure.asksToStop(worker));
    }

    @Override
    public void channelEnded(Incarnation worker, boolean goodbye) {
        hear(worker, () -> departure.channelEnded(worker, goodbye));
    }

    @Override
    public void well(Incarnation worker) {
        hear(worker, () -> arrival.well(worker));
    }

    @Override
    public void unwell(Incarnation worker, String why) {
        hear(worker, () -> arrival.unwell(worker, why));
    }

    @Override
    public void hangs(Incarnation worker, String why, boolean deaf) {
        hear(worker, () -> departure.hangs(worker, why, deaf));
    }

    @Override
    public void examined(Incarnation worker) {
        hear(worker, () -> ladder.examined(worker));
    }

    @Override
    public void worn(Incarnation worker, String why) {
        hear(worker, () -> recycling.worn(worker, why));
    }

    @Override
    public void drainHooks(Incarnation worker) {
        hear(worker, () -> worker.drainHooks = true);
    }

    @Override
    public void drainHooksDone(Incarnation worker) {
        hear(worker, () -> ladder.drainHooksDone(worker));
    }

    @Override
    public void drained(Incarnation worker) {
        hear(worker, () -> ladder.drained(worker));
    }
}
