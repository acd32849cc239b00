package io.musher.internal.supervisor;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/** Routes what processes, channels and health checks report to the classes that handle it, each event as one turn. */
final class ProcessEventRouter implements ProcessEvents {

    private final Consumer<Runnable> turn;
    private final StartupTracker startup;
    private final StopSequence stopSequence;
    private final ExitHandler exits;
    private final Recycler recycler;

    ProcessEventRouter(Consumer<Runnable> turn, StartupTracker startup, StopSequence stopSequence, ExitHandler exits,
            Recycler recycler) {
        this.turn = turn;
        this.startup = startup;
        this.stopSequence = stopSequence;
        this.exits = exits;
        this.recycler = recycler;
    }

    /** Handles an event now or, if the worker's process is still being started, as soon as it runs. */
    private void handle(Incarnation worker, Runnable event) {
        turn.accept(() -> worker.fork.whenDone(() -> {
            if (worker.isAlive()) {
                event.run();
            }
        }));
    }

    @Override
    public void spawned(Incarnation worker, StartedProcess process) {
        turn.accept(() -> startup.spawned(worker, process));
    }

    @Override
    public void spawnFailed(Incarnation worker, Throwable cause) {
        turn.accept(() -> exits.spawnFailed(worker, cause));
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
        turn.accept(() -> accepted[0] = startup.hello(worker));
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
    public void listening(Incarnation worker, InetSocketAddress address) {
        handle(worker, () -> startup.listening(worker, address));
    }

    @Override
    public void portClaimed(Incarnation worker, InetSocketAddress address) {
        handle(worker, () -> startup.portClaimed(worker, address));
    }

    @Override
    public void portFound(Incarnation worker, InetSocketAddress address) {
        handle(worker, () -> startup.portFound(worker, address));
    }

    @Override
    public void portAccepts(Incarnation worker) {
        handle(worker, () -> startup.portAccepts(worker));
    }

    @Override
    public void portRefuses(Incarnation worker, String why) {
        handle(worker, () -> exits.portRefuses(worker, why));
    }

    @Override
    public void portMissing(Incarnation worker) {
        handle(worker, () -> exits.portMissing(worker));
    }

    @Override
    public void portOverdue(Incarnation worker, String what) {
        handle(worker, () -> exits.portOverdue(worker, what));
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
    public void warmedUp(Incarnation worker) {
        handle(worker, () -> startup.warmedUp(worker));
    }

    @Override
    public void warmUpFailed(Incarnation worker, String why) {
        handle(worker, () -> worker.readiness.warmUpFailed(why));
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

    @Override
    public void drainHooks(Incarnation worker) {
        handle(worker, () -> worker.stop.drainHooks(true));
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
