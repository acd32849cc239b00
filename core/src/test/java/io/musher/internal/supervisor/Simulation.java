package io.musher.internal.supervisor;

import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.util.concurrent.CompletableFuture;

/** One whole life of a cluster from one seed: start, wild times, calm times, stop; any broken invariant throws. */
final class Simulation {

    private Simulation() {}

    static void run(long seed) {
        try {
            live(new SimWorld(seed));
        } catch (Throwable failure) {
            throw new AssertionError("seed " + seed + ": " + failure.getMessage() + "\n" + story(seed), failure);
        }
    }

    private static String story(long seed) {
        SimWorld world = new SimWorld(seed);
        world.checks.telling = true;
        try {
            live(world);
        } catch (Throwable again) {
            // only its recorded story is needed
        }
        return world.config + "\n" + String.join("\n", world.checks.story);
    }

    private static void live(SimWorld world) {
        world.calm = world.chance(75);
        CompletableFuture<Void> started = world.user.start(world.random.nextInt(5));
        if (world.calm) {
            world.run(15 * SimWorld.SECOND);
            world.checks.isTrue(started.isDone() && !started.isCompletedExceptionally(), "a calm start failed");
            world.calm = false;
        }
        wildTimes(world);
        if (world.chance(50)) {
            calmTimes(world);
        }
        end(world);
    }

    private static void wildTimes(SimWorld world) {
        for (int i = world.random.nextInt(30); i > 0; i--) {
            world.run(world.chance(50) ? world.between(0, 50 * SimWorld.MILLI) : world.between(0, 5 * SimWorld.SECOND));
            world.user.ask();
            world.checks.afterTurn();
        }
    }

    /** Nothing new goes wrong, so everything must come right. */
    private static void calmTimes(SimWorld world) {
        world.calm = true;
        world.run(200 * SimWorld.SECOND);
        world.user.checkPromises();
        int wanted = 0;
        for (Slot slot : world.slots) {
            wanted += slot.wanted ? 1 : 0;
            world.checks.isTrue(slot.hasServingWorker() == (slot.wanted && !slot.gaveUp),
                    "instance %s is filled or empty", slot.instance);
            world.checks.isTrue(slot.starting == null && !slot.queued && !slot.backoffTimer.isSet(),
                    "instance %s is busy", slot.instance);
            for (Incarnation leaving : slot.released) {
                world.checks.isTrue(leaving.state() == WorkerState.DETACHED, "%s lingers", leaving);
            }
        }
        boolean kept = world.config.restart().when() == RestartPolicy.When.ALWAYS && !world.checks.isStopped();
        if (kept && world.user.exact != null) {
            world.checks.isTrue(wanted == world.user.exact, "%s are wanted instead of %s", wanted, world.user.exact);
        }
    }

    private static void end(SimWorld world) {
        world.calm = false;
        world.user.stop();
        boolean spawning = world.known.stream().anyMatch(worker -> worker.isAlive() && !worker.fork.isDone());
        long asked = 0;
        if (world.chance(30)) {
            asked = world.between(0, SimWorld.SECOND / 2);
            world.run(asked);
            world.user.ask();
            world.user.stop();
        }
        StopPolicy stop = world.config.stop();
        world.run(ResettableTimer.nanos(stop.preStopDelay()) + ResettableTimer.nanos(stop.drain())
                + ResettableTimer.nanos(stop.kill())
                + (spawning ? SimProcess.SPAWNED : 0) + SimProcess.REAPED - asked);
        world.checks.isTrue(world.checks.isStopped(), "not stopped in time");
        world.user.checkPromises();
        world.run(60 * SimWorld.SECOND);
        world.checks.afterTurn();
    }
}
