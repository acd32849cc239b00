package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One scripted process: slow, mute, crashing at any moment, ignoring some or all of its commands; or, in calm times,
 * decent.
 */
final class SimProcess {

    private enum Being {
        NOT_YET, RUNNING, GONE
    }

    /** However slow, a spawn returns within this, and an exit is reported within {@link #REAPED}. */
    static final long SPAWNED = 3 * SimWorld.SECOND;
    static final long REAPED = SimWorld.SECOND;

    private final SimWorld world;
    private final Incarnation worker;
    private final ProcessEvents events;
    private final boolean wild;
    private final boolean command;
    private final boolean mute;
    /** Its exit may be reported before its start. */
    private final boolean hasty;
    private final List<Timers.Timer> script = new ArrayList<>();
    private Being being = Being.NOT_YET;
    private boolean spawnReported;
    private boolean asked;
    private boolean channel;
    private boolean drains;
    private int status;
    private String signal;

    SimProcess(SimWorld world, Incarnation worker) {
        this.world = world;
        this.worker = worker;
        this.events = world.supervisor.events();
        this.wild = !world.calm && world.chance(70);
        this.command = world.chance(30);
        this.hasty = world.chance(50);
        this.mute = command && world.config.readinessRule() != ReadinessRule.EXPLICIT && world.chance(50)
                || wild && world.chance(8);
    }

    boolean isAlive() {
        return being == Being.RUNNING;
    }

    boolean isSpawnReported() {
        return spawnReported;
    }

    void start() {
        long delay = wild && world.chance(10) ? world.between(0, SPAWNED) : world.between(0, 20 * SimWorld.MILLI);
        if (wild && world.chance(10)) {
            world.later(delay, () -> {
                being = Being.GONE;
                world.processes.remove(worker);
                world.actions.spawnFailed(worker);
                events.spawnFailed(worker, new IOException("port taken"));
            });
            return;
        }
        // the process may speak, and end, before the thread that started it has said so
        world.later(delay / 2, this::born);
        world.later(delay, () -> {
            spawnReported = true;
            OptionalInt port = world.config.ports() == PortMode.NONE ? OptionalInt.empty()
                    : OptionalInt.of(4000 + worker.id());
            events.spawned(worker, new StartedProcess(worker.id() + 100L, port, command, !command, Instant.EPOCH));
        });
    }

    private void born() {
        being = Being.RUNNING;
        if (!mute) {
            act(wild ? world.between(0, 300 * SimWorld.MILLI) : world.between(0, 50 * SimWorld.MILLI), () -> {
                channel = true;
                channel = events.hello(worker);
            });
            if (world.chance(40)) {
                say(world.between(0, world.chance(50) ? 400 * SimWorld.MILLI : 8 * SimWorld.SECOND), this::drainHooks);
            }
        }
        long ready = wild && world.chance(25) ? world.between(0, 12 * SimWorld.SECOND)
                : world.between(60 * SimWorld.MILLI, 900 * SimWorld.MILLI);
        if (!wild || world.chance(90)) {
            becomeReady(ready);
        }
        if (world.config.hasReadinessCheck() && (!wild || world.chance(90))) {
            act(world.between(0, SimWorld.SECOND), () -> events.readinessPassed(worker));
        }
        if (wild) {
            misbehave();
        }
    }

    private void becomeReady(long delay) {
        if (world.config.readinessRule() == ReadinessRule.PORT_ACCEPTS && (mute || world.chance(50))) {
            act(world.between(0, delay),
                    () -> events.portFound(worker, new InetSocketAddress(worker.port().orElse(1))));
            act(delay, () -> events.portAccepts(worker));
        } else if (world.config.readinessRule() == ReadinessRule.PORT_ACCEPTS && world.chance(50)) {
            say(delay, () -> events.listening(worker, new InetSocketAddress(5000 + world.random.nextInt(9))));
        } else if (world.config.readinessRule() != ReadinessRule.STARTED || world.chance(20)) {
            say(delay, () -> events.ready(worker));
        }
    }

    private void misbehave() {
        if (world.chance(40)) {
            act(world.between(0, world.chance(50) ? SimWorld.SECOND : 20 * SimWorld.SECOND),
                    () -> crash(world.random.nextInt(3)));
        }
        if (world.chance(20)) {
            say(world.between(0, 8 * SimWorld.SECOND), () -> events.notReady(worker));
            say(world.between(0, 8 * SimWorld.SECOND), () -> events.ready(worker));
            say(world.between(0, 8 * SimWorld.SECOND), () -> events.listening(worker, new InetSocketAddress(6000)));
        }
        if (world.chance(20)) {
            act(world.between(0, SimWorld.SECOND), () -> events.portMissing(worker));
        }
        if (world.chance(10)) {
            say(world.between(0, 5 * SimWorld.SECOND), () -> {
                asked = true;
                events.disconnectRequested(worker);
            });
        }
        if (world.chance(8)) {
            say(world.between(0, 8 * SimWorld.SECOND), () -> events.stopRequested(worker));
        }
        if (world.config.hasReadinessCheck() && world.chance(30)) {
            act(world.between(0, 8 * SimWorld.SECOND), () -> events.readinessFailed(worker, "503"));
            act(world.between(0, 8 * SimWorld.SECOND), () -> events.readinessPassed(worker));
        }
        if (world.chance(15)) {
            act(world.between(0, 8 * SimWorld.SECOND), () -> hang(world.chance(50)));
        }
        if (world.chance(15)) {
            wear();
        }
        if (world.chance(10)) {
            act(world.between(0, 8 * SimWorld.SECOND), () -> closes(world.chance(50)));
        }
        if (world.chance(10)) {
            stale(world.between(0, 30 * SimWorld.SECOND));
        }
    }

    /** Facts that were on their way when it died, long ago. */
    private void stale(long delay) {
        world.later(delay, () -> {
            if (being == Being.GONE && !world.processes.containsKey(worker)) {
                events.portFound(worker, new InetSocketAddress(5000));
                events.portAccepts(worker);
                events.ready(worker);
                events.drained(worker);
                events.drainHooks(worker);
                events.drainHooksDone(worker);
                events.channelEnded(worker, false);
                events.disconnectRequested(worker);
                events.livenessFailed(worker, "late", true);
                events.threadDumpDone(worker);
                events.readinessPassed(worker);
                events.readinessFailed(worker, "late");
                events.warmUpFailed(worker, "late");
                events.warmedUp(worker);
                events.recycleDue(worker, "late");
                world.checks.isTrue(!events.hello(worker), "a dead worker's hello was welcome");
            }
        });
    }

    private void hang(boolean deaf) {
        world.checks.hangs(worker);
        events.livenessFailed(worker, "no heartbeat", deaf);
    }

    /** Said again and again, as long as it lives. */
    private void wear() {
        act(SimWorld.SECOND, () -> {
            events.recycleDue(worker, "is old");
            wear();
        });
    }

    void examine() {
        if (world.chance(70)) {
            world.later(world.between(0, 3 * SimWorld.SECOND), () -> events.threadDumpDone(worker));
        }
    }

    private void act(long delay, Runnable step) {
        script.add(world.later(delay, step));
    }

    private void say(long delay, Runnable step) {
        act(delay, () -> {
            if (channel) {
                step.run();
            }
        });
    }

    private void closes(boolean goodbye) {
        if (channel) {
            channel = false;
            world.checks.channelEnded(worker);
            events.channelEnded(worker, goodbye);
        }
    }

    private void drainHooks() {
        if (spawnReported) {
            world.checks.drainHooks(worker, true);
        }
        events.drainHooks(worker);
        if (drains) {
            runDrainHooks();
        }
    }

    private void runDrainHooks() {
        if (!wild || world.chance(80)) {
            say(world.between(0, world.chance(50) ? 400 * SimWorld.MILLI : 8 * SimWorld.SECOND), () -> {
                world.checks.drainHooks(worker, false);
                events.drainHooksDone(worker);
            });
        }
    }

    // ---- what is done to it

    void warmUp() {
        if (!wild || world.chance(80)) {
            act(world.between(0, wild ? 8 * SimWorld.SECOND : 100 * SimWorld.MILLI), () -> {
                world.checks.warm(worker);
                events.warmedUp(worker);
            });
        }
    }

    void drainFrame() {
        drains = true;
        runDrainHooks();
    }

    void drain() {
        if (wild && world.chance(20)) {
            return; // never says so
        }
        world.later(world.between(0, wild ? 8 * SimWorld.SECOND : 300 * SimWorld.MILLI), () -> {
            world.checks.drained(worker);
            events.drained(worker);
        });
    }

    void stopFrame() {
        if (!wild || world.chance(70)) {
            act(world.between(0, 400 * SimWorld.MILLI), () -> exit(0, null));
        }
    }

    void channelClosed() {
        if (world.chance(80)) {
            act(world.between(0, SimWorld.SECOND), () -> closes(true)); // it answers
        }
        // its replacement waits for the port
        boolean awaited = asked && world.config.ports() == PortMode.FIXED;
        if (awaited || world.chance(60)) {
            act(world.between(0, 20 * SimWorld.SECOND), () -> exit(0, null));
        }
    }

    void sigterm() {
        if (!wild || world.chance(70)) {
            act(world.between(0, 200 * SimWorld.MILLI), () -> exit(143, "SIGTERM"));
        }
    }

    void sigkill() {
        exit(137, "SIGKILL");
    }

    private void crash(int how) {
        switch (how) {
            case 0 -> exit(0, null);
            case 1 -> exit(42, null);
            default -> exit(139, "SIGSEGV");
        }
    }

    private void exit(int code, String by) {
        if (being != Being.RUNNING) {
            return;
        }
        being = Being.GONE;
        status = code;
        signal = by;
        world.checks.died(worker);
        script.forEach(world::cancelEvent);
        long lag = world.between(0, world.chance(90) ? 10 * SimWorld.MILLI : REAPED / 2);
        if (channel && world.chance(70)) {
            world.later(lag / 2, () -> closes(world.chance(30)));
        }
        reaped(lag);
    }

    private void reaped(long lag) {
        world.later(lag, () -> {
            if (spawnReported || hasty) {
                events.exited(worker, status, Optional.ofNullable(signal));
            } else {
                reaped(10 * SimWorld.MILLI);
            }
        });
    }

    void checkTruth(Exit exit) {
        world.checks.isTrue(
                being == Being.GONE && exit.status() == status && exit.signal().equals(Optional.ofNullable(signal)),
                "%s of %s is not what happened", exit, worker);
    }
}
