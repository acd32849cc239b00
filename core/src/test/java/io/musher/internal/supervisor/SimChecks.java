package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.Rollout;
import io.musher.WorkerState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must hold in every simulated life, checked at every report; after every turn also by {@link SimWorkerChecks}, at
 * every action by {@link SimActionChecks}.
 */
final class SimChecks implements SupervisorListener {

    private final SimWorld world;
    final SimRestartBudget budget;
    final SimRolloutChecks rollouts;
    private final SimWorkerChecks workers;
    final Map<Incarnation, SimWorkerHistory> tracks = new HashMap<>();
    List<Incarnation> published = List.of();
    boolean stopped;
    boolean stopAsked;
    boolean accepting = true;
    /** The last steps, for the report of a failure. */
    final List<String> story = new ArrayList<>();
    boolean telling;

    SimChecks(SimWorld world) {
        this.world = world;
        this.budget = new SimRestartBudget(world, this);
        this.rollouts = new SimRolloutChecks(world, this);
        this.workers = new SimWorkerChecks(world, this);
    }

    void isTrue(boolean holds, String otherwise, Object... of) {
        if (!holds) {
            throw new AssertionError(String.format(otherwise, of));
        }
    }

    private SimWorkerHistory track(Incarnation worker) {
        return tracks.get(worker);
    }

    void tell(Object worker, String what) {
        if (telling) {
            story.add((world.now() - world.born) / SimWorld.MILLI + " ms: " + worker + ": " + what);
        }
    }

    boolean isStopped() {
        return stopped;
    }

    // ---- reports

    @Override
    public void forked(Incarnation worker, String cause) {
        tell(worker, "forked: " + cause);
        isTrue(!track(worker).forked && world.supervisor.workers().contains(worker) && worker.pid().isPresent(),
                "%s forked", worker);
        isTrue(worker.isConnected() && worker.state() == WorkerState.STARTING, "%s forked", worker);
        track(worker).forked = true;
        world.user.provoked();
    }

    @Override
    public void online(Incarnation worker, String cause) {
        tell(worker, "online: " + cause);
        SimWorkerHistory track = track(worker);
        isTrue(track.forked && !track.online && !track.disconnected, "%s online", worker);
        track.online = true;
        world.user.provoked();
    }

    @Override
    public void listening(Incarnation worker, InetSocketAddress address, String why) {
        isTrue(track(worker).online && !track(worker).disconnected, "%s listening", worker);
        isTrue(worker.port().getAsInt() == address.getPort(), "%s on %s", worker, address);
    }

    @Override
    public void ready(Incarnation worker, String cause) {
        tell(worker, "ready: " + cause);
        SimWorkerHistory track = track(worker);
        isTrue(track.online && !track.disconnected && published.contains(worker), "%s ready", worker);
        isTrue(worker.state() == WorkerState.READY, "%s ready", worker);
        isTrue(track.warm || !world.config.warmsUp(), "%s is ready and was not warmed up", worker);
        if (!track.ready) {
            track.ready = true;
            track.started(world.now());
            track.overlapped = published.stream()
                    .anyMatch(other -> other != worker && other.instance() == worker.instance());
        }
        track.overlap = track.overlapped ? new SimWorkerHistory.Moment(world.now()) : null;
        world.user.provoked();
    }

    @Override
    public void notReady(Incarnation worker, String cause) {
        isTrue(track(worker).ready && !published.contains(worker) && worker.state() == WorkerState.NOT_READY,
                "%s not ready", worker);
        world.user.provoked();
    }

    @Override
    public void disconnected(Incarnation worker, String cause) {
        tell(worker, "disconnected: " + cause);
        SimWorkerHistory track = track(worker);
        isTrue(track.forked && !track.disconnected && !track.exited && !worker.isConnected(), "%s disconnected",
                worker);
        track.disconnected = true;
        track.disconnection = new SimWorkerHistory.Moment(world.now());
        world.user.provoked();
    }

    @Override
    public void exited(Incarnation worker, Exit exit) {
        tell(worker, "exited: " + exit);
        SimWorkerHistory track = track(worker);
        isTrue(track.disconnected && !track.exited && worker.state() == WorkerState.DEAD, "%s exited", worker);
        isTrue(!world.supervisor.workers().contains(worker) && !published.contains(worker), "%s exited and still there",
                worker);
        isTrue(exit.voluntary() == (exit.cause() == Exit.Cause.STOPPED || exit.cause() == Exit.Cause.DISCONNECTED),
                "%s", exit);
        switch (exit.cause()) {
            case KILLED -> isTrue(track.killWanted, "%s was not killed", worker);
            case NEVER_READY -> isTrue(!track.ready && !track.detached, "%s was ready, and %s", worker, exit);
            case START_TIMEOUT -> isTrue((!track.ready || track.overlapped) && !track.detached,
                    "%s was ready, and %s", worker, exit);
            case CRASHED, EXITED -> isTrue(track.ready, "%s was never ready, and %s", worker, exit);
            case UNHEALTHY -> isTrue(track.hangs, "%s did not hang, and %s", worker, exit);
            case CHANNEL_LOST -> isTrue(track.channelEnded, "%s has a channel, and %s", worker, exit);
            default -> {}
        }
        track.exited = true;
        world.exited(worker, exit);
        world.user.provoked();
    }

    @Override
    public void restarting(Incarnation last, Duration delay, String cause) {
        tell(last, "restarting in " + delay);
        budget.restarting(last, track(last), delay);
        world.user.provoked();
    }

    @Override
    public void gaveUp(Incarnation last, String cause) {
        tell(last, "gave up");
        budget.gaveUp(last);
        world.user.provoked();
    }

    @Override
    public void allGaveUp(List<Incarnation> last) {
        tell(last, "all gave up");
        budget.allGaveUp(last);
        world.user.provoked();
    }

    @Override
    public void scaled(int from, int to) {
        isTrue(!stopAsked && from != to, "scaled from %s to %s", from, to);
    }

    @Override
    public void rolloutStarted(String cause) {
        tell("", "rollout: " + cause);
        rollouts.started();
    }

    @Override
    public void rolloutDelayed(Incarnation worker, long delayNanos, String cause) {
        tell(worker, "rollout delayed: " + cause);
        rollouts.delayed();
    }

    @Override
    public void rolloutFinished(Rollout result, Optional<Incarnation> failedWorker, String cause) {
        tell("", "rollout ended: " + result.failure());
        rollouts.finished(result, failedWorker);
    }

    @Override
    public void stopped() {
        tell("", "stopped");
        isTrue(!stopped && !rollouts.isRunning() && tracks.values().stream().noneMatch(SimWorkerHistory::isAlive)
                && !accepting,
                "stopped, and a worker lives");
        stopped = true;
    }

    @Override
    public void stateChanged(Incarnation worker, String what) {
        isTrue(!stopped, "%s: %s, after the end", worker, what);
        if (worker.state() == WorkerState.DETACHED) {
            track(worker).detached = true;
        }
        if (worker.state() == WorkerState.DRAINING && what.endsWith(" replaces it")) {
            replaced(worker);
        }
        tell(worker, what);
    }

    /** It served until now, and its replacement has been ready for as long as both are to serve. */
    private void replaced(Incarnation worker) {
        Incarnation next = worker.slot.serving;
        isTrue(next != null && next.state() == WorkerState.READY, "%s is replaced by %s, which is not ready", worker,
                next);
        SimWorkerHistory track = track(next);
        long overlap = ResettableTimer.nanos(world.config.reload().overlap());
        isTrue(!track.overlapped || track.since(track.overlap, world.now(), overlap),
                "%s is replaced by %s before its time", worker, next);
    }

    // ---- the world tells

    void died(Incarnation worker) {
        tell(worker, "dies");
    }

    void warm(Incarnation worker) {
        track(worker).warm = true;
    }

    void drained(Incarnation worker) {
        track(worker).drained = true;
    }

    void drainHooks(Incarnation worker, boolean pending) {
        tell(worker, pending ? "has drain hooks" : "has no drain hooks left");
        track(worker).drainHooks = pending;
    }

    void channelEnded(Incarnation worker) {
        track(worker).channelEnded = true;
        track(worker).channelEnd = new SimWorkerHistory.Moment(world.now());
    }

    void asksToStop() {
        tell("", "stop");
        stopAsked = true;
    }

    void abortAsked() {
        tell("", "abort");
        rollouts.abortAsked();
    }

    void killsAll() {
        tracks.values().forEach(track -> track.killWanted = true);
    }

    void hangs(Incarnation worker) {
        tell(worker, "hangs");
        track(worker).hangs = true;
    }

    void killWanted(Incarnation worker) {
        tell(worker, "kill()");
        track(worker).killWanted = true;
    }

    void revives(Incarnation worker) {
        budget.revives(worker);
    }

    /** Whatever is still wanted then and had given up begins anew. */
    void scales() {
        budget.rolls();
    }

    /** Who is sent away is missed less than all who stay. */
    void scaled(Map<Slot, Slot.Service> before) {
        boolean readyGone = before.entrySet().stream()
                .anyMatch(each -> each.getValue() == Slot.Service.READY && !each.getKey().wanted);
        boolean sickStay = before.entrySet().stream()
                .anyMatch(each -> each.getValue() != Slot.Service.READY && each.getKey().wanted);
        isTrue(!readyGone || !sickStay || world.config.ports() == PortMode.FIXED || stopAsked,
                "a ready worker was stopped, and one that is not stays");
    }

    void afterTurn() {
        workers.afterTurn();
        budget.afterTurn();
        rollouts.afterTurn();
        isTrue(!stopped || world.supervisorTimers == 0, "timers after the end");
    }
}
