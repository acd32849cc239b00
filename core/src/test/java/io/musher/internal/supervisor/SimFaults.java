package io.musher.internal.supervisor;

import java.net.InetSocketAddress;

/** What goes wrong with a simulated process by itself: crashes, hangs, lies about its readiness, old news. */
final class SimFaults {

    private final SimWorld world;
    private final Incarnation worker;
    private final ProcessEvents events;
    private final SimProcess process;

    SimFaults(SimWorld world, Incarnation worker, ProcessEvents events, SimProcess process) {
        this.world = world;
        this.worker = worker;
        this.events = events;
        this.process = process;
    }

    void begin() {
        if (world.chance(40)) {
            process.act(world.between(0, world.chance(50) ? SimWorld.SECOND : 20 * SimWorld.SECOND),
                    () -> crash(world.random.nextInt(3)));
        }
        if (world.chance(20)) {
            process.say(world.between(0, 8 * SimWorld.SECOND), () -> events.notReady(worker));
            process.say(world.between(0, 8 * SimWorld.SECOND), () -> events.ready(worker));
            process.say(world.between(0, 8 * SimWorld.SECOND),
                    () -> events.listening(worker, new InetSocketAddress(6000)));
        }
        if (world.chance(20)) {
            process.act(world.between(0, SimWorld.SECOND), () -> events.portMissing(worker));
        }
        if (world.chance(10)) {
            process.say(world.between(0, 5 * SimWorld.SECOND), process::askToDisconnect);
        }
        if (world.chance(8)) {
            process.say(world.between(0, 8 * SimWorld.SECOND), () -> events.stopRequested(worker));
        }
        if (world.config.hasReadinessCheck() && world.chance(30)) {
            process.act(world.between(0, 8 * SimWorld.SECOND), () -> events.readinessFailed(worker, "503"));
            process.act(world.between(0, 8 * SimWorld.SECOND), () -> events.readinessPassed(worker));
        }
        if (world.chance(15)) {
            process.act(world.between(0, 8 * SimWorld.SECOND), () -> hang(world.chance(50)));
        }
        if (world.chance(15)) {
            wear();
        }
        if (world.chance(10)) {
            process.act(world.between(0, 8 * SimWorld.SECOND), () -> process.closes(world.chance(50)));
        }
        if (world.chance(10)) {
            stale(world.between(0, 30 * SimWorld.SECOND));
        }
    }

    /** Facts that were on their way when it died, long ago. */
    private void stale(long delay) {
        world.later(delay, () -> {
            if (process.isGone() && !world.processes.containsKey(worker)) {
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
        process.act(SimWorld.SECOND, () -> {
            events.recycleDue(worker, "is old");
            wear();
        });
    }

    private void crash(int how) {
        switch (how) {
            case 0 -> process.exit(0, null);
            case 1 -> process.exit(42, null);
            default -> process.exit(139, "SIGSEGV");
        }
    }
}
