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

    boolean isGone() {
        return being == Being.GONE;
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
            new SimFaults(world, worker, events, this).begin();
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

    void examine() {
        if (world.chance(70)) {
            world.later(world.between(0, 3 * SimWorld.SECOND), () -> events.threadDumpDone(worker));
        }
    }

    void act(long delay, Runnable step) {
        script.add(world.later(delay, step));
    }

    void say(long delay, Runnable step) {
        act(delay, () -> {
            if (channel) {
                step.run();
            }
        });
    }

    void closes(boolean goodbye) {
        if (channel) {
            channel = false;
            world.checks.channelEnded(worker);
            events.channelEnded(worker, goodbye);
        }
    }

    void askToDisconnect() {
        asked = true;
        events.disconnectRequested(worker);
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

    void exit(int code, String by) {
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
