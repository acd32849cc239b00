package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;

/** What must hold at every action. */
final class SimActionChecks {

    private final SimWorld world;
    private final SimChecks checks;
    private int lastId;

    SimActionChecks(SimWorld world, SimChecks checks) {
        this.world = world;
        this.checks = checks;
    }

    private void isTrue(boolean holds, String otherwise, Object... of) {
        checks.isTrue(holds, otherwise, of);
    }

    private SimWorkerHistory track(Incarnation worker) {
        return checks.tracks.get(worker);
    }

    void spawns(Incarnation worker) {
        checks.tell(worker, "spawn");
        isTrue(worker.id() == ++lastId, "id %s after %s", worker.id(), lastId - 1);
        isTrue(!checks.stopAsked, "spawned after stop");
        checks.budget.spawns(worker);
        int limit = Math.max(world.limit.instances(), world.user.begun);
        long wanted = world.supervisor.slots().stream().filter(SlotStatus::wanted).count();
        isTrue(worker.instance() < limit && wanted <= limit, "%s, beyond the limit of %s", worker, limit);
        long booting = checks.tracks.entrySet().stream()
                .filter(e -> e.getValue().isAlive() && e.getKey().isBooting() && !e.getKey().soak.isRunning()
                        && e.getKey().slot.starting == e.getKey())
                .count();
        isTrue(booting < world.config.bootLimit() * (world.user.started.isDone() ? 1 : 2), "%s boot already", booting);
        checks.tracks.forEach((other, track) -> {
            if (track.isAlive() && other.instance() == worker.instance()) {
                isTrue(world.config.ports() != PortMode.FIXED, "%s still holds the port for %s", other, worker);
                isTrue(world.config.ports() != PortMode.MOVABLE || worker.sparePort() || other.sparePort(),
                        "%s and %s on one port", other, worker);
            }
        });
        checks.tracks.put(worker, new SimWorkerHistory());
    }

    void spawnFailed(Incarnation worker) {
        checks.tell(worker, "spawn failed");
        isTrue(!track(worker).forked, "forked and failed");
        track(worker).exited = true;
    }

    void published(List<Incarnation> ready) {
        checks.tell(ready, "published");
        checks.published = ready;
    }

    void stopsAccepting() {
        checks.tell("", "stop accepting");
        isTrue(checks.accepting && !checks.stopped, "stops accepting twice");
        checks.accepting = false;
    }

    void warms(Incarnation worker) {
        checks.tell(worker, "is warmed up");
        isTrue(worker.isBooting() && !track(worker).warming, "%s is warmed up twice, or too late", worker);
        track(worker).warming = true;
    }

    void drains(Incarnation worker, Duration deadline) {
        checks.tell(worker, "drain");
        isTrue(worker.state() == WorkerState.DRAINING && !checks.published.contains(worker),
                "%s drains while published", worker);
        isTrue(deadline.equals(world.config.stop().drain()) && track(worker).drain == null, "%s drains twice", worker);
        track(worker).drain = new SimWorkerHistory.Moment(world.now());
    }

    void talks(Incarnation worker) {
        checks.tell(worker, "is sent a frame");
        isTrue(track(worker).online && !track(worker).disconnected, "%s was sent a frame", worker);
    }

    /** It was ready or soaked, gets no traffic any more, and is no longer its slot's. */
    void examines(Incarnation worker) {
        checks.tell(worker, "is examined");
        isTrue(track(worker).hangs && !worker.slot.owns(worker) && !checks.published.contains(worker)
                && worker.state() == WorkerState.DRAINING,
                "%s is examined", worker);
    }

    /** The stop frame or SIGTERM: never to one whose connections may still end. */
    void endsIt(Incarnation worker) {
        checks.tell(worker, "is asked to stop");
        SimWorkerHistory track = track(worker);
        long drain = ResettableTimer.nanos(world.config.stop().drain());
        isTrue(!track.ready || track.killWanted || track.drained || track.detached || track.stopRequested != null
                || track.since(track.drain, world.now(), drain)
                || track.since(track.channelEnd, world.now(), drain), "%s was asked to stop before it drained", worker);
        isTrue(track.stopRequested != null || worker.stop.cause() == Exit.Cause.START_TIMEOUT || hooksEnded(worker),
                "%s was asked to stop before its drain hooks had ended",
                worker);
        if (track.stopRequested == null) {
            track.stopRequested = new SimWorkerHistory.Moment(world.now());
        }
    }

    /** It is let go: what it had to finish is finished. */
    void lets(Incarnation worker) {
        checks.tell(worker, "is let go");
        isTrue(hooksEnded(worker), "%s was let go before its drain hooks had ended", worker);
    }

    private boolean hooksEnded(Incarnation worker) {
        SimWorkerHistory track = track(worker);
        return !track.drainHooks || track.channelEnd != null || track.detached
                || track.since(track.drain, world.now(), ResettableTimer.nanos(world.config.stop().drain()));
    }

    void kills(Incarnation worker) {
        checks.tell(worker, "SIGKILL");
        SimWorkerHistory track = track(worker);
        long patience = ResettableTimer.nanos(world.config.stop().kill()) / 2 * 2;
        isTrue(track.killWanted || track.hangs || track.since(track.stopRequested, world.now(), patience),
                "%s was killed before its time", worker);
    }
}
