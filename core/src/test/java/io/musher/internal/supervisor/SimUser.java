package io.musher.internal.supervisor;

import io.musher.Rollout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Asks for anything at any moment, of the living and the dead, and keeps every promise it was given. */
final class SimUser {

    private record Promised(String what, CompletableFuture<?> future) {}

    private final SimWorld world;
    private final List<Promised> promises = new ArrayList<>();
    private final List<CompletableFuture<?>> unprepared = new ArrayList<>();
    /** The number of instances there must be, if nothing but scale has touched it. */
    Integer exact;
    boolean stopped;
    int begun;
    private int asked;

    SimUser(SimWorld world) {
        this.world = world;
    }

    CompletableFuture<Void> started;

    CompletableFuture<Void> start(int instances) {
        exact = instances;
        begun = instances;
        CompletableFuture<Void> promise = promise("start");
        promise.whenComplete((done, failure) -> {
            if (failure != null) {
                world.checks.isTrue(failure instanceof StartFailure && world.checks.isStopped(), "start failed by %s",
                        failure);
            }
        });
        started = promise;
        world.supervisor.start(instances, promise);
        world.checks.afterTurn();
        return promise;
    }

    void stop() {
        stopped = true;
        world.checks.asksToStop();
        world.supervisor.stop(promise("stop"));
        world.checks.afterTurn();
    }

    /** Now and then, from a listener: the request comes in the next turn. */
    void provoked() {
        if (!world.calm && world.random.nextInt(40) == 0) {
            world.later(0, this::ask);
        }
    }

    void ask() {
        if (world.calm || asked++ > 60) {
            return;
        }
        Supervisor supervisor = world.supervisor;
        int dice = world.random.nextInt(100);
        if (dice < 30) {
            int instances = world.random.nextInt(5);
            world.checks.revives(null);
            if (instances <= world.limit.instances()) {
                world.checks.scales();
            }
            Map<Slot, Slot.Service> before = world.slots.stream().filter(slot -> slot.wanted)
                    .collect(Collectors.toMap(slot -> slot, Slot::service));
            supervisor.scale(instances, promise("scale"));
            world.checks.scaled(before);
            if (instances <= world.limit.instances()) {
                exact = stopped || world.limit != Limit.NONE && world.config.ports() == PortMode.FIXED ? null
                        : Integer.valueOf(instances);
            }
        } else if (dice < 38) {
            exact = null;
            world.checks.revives(null);
            supervisor.fork(Map.of("a", "b"), promise("fork"));
        } else if (dice == 38 && !stopped) {
            stop();
        } else if (dice == 39 && world.chance(50)) {
            stopped = true;
            world.checks.asksToStop();
            world.checks.killsAll();
            supervisor.killAll();
        } else if (dice < 46 && dice > 39) {
            roll();
        } else if (!world.known.isEmpty()) {
            askOf(pick(), dice);
        }
    }

    private void roll() {
        Supervisor supervisor = world.supervisor;
        switch (world.random.nextInt(8)) {
            case 0 -> {
                world.checks.abortAsked();
                supervisor.abortRollout(promise("abort"));
            }
            case 1 -> prepare();
            case 2 -> supervisor.reload(TestGeneration.environment(supervisor.target().toString()), "the same",
                    promise("roll"));
            case 3, 4 ->
                    supervisor.reload(TestGeneration.environment("generation " + asked), "reload", promise("roll"));
            default -> supervisor.deploy(world.generation("generation " + asked), "deploy", promise("roll"));
        }
    }

    /** A request that comes later, or that is refused, or that never comes: then the end of all completes it. */
    private void prepare() {
        int fate = world.random.nextInt(3);
        CompletableFuture<Rollout> promise = fate == 0 ? new CompletableFuture<>() : promise("prepared");
        world.supervisor.expect(promise);
        String name = "generation " + asked;
        switch (fate) {
            case 0 -> unprepared.add(promise);
            case 1 -> world.later(world.between(0, SimWorld.SECOND),
                    () -> world.supervisor.reload(TestGeneration.environment(name), "prepared", promise));
            default -> world.later(world.between(0, SimWorld.SECOND),
                    () -> world.supervisor.refuse(promise, new IllegalStateException()));
        }
    }

    /** The latest most often, because most requests to the dead do nothing. */
    private Incarnation pick() {
        int size = world.known.size();
        return world.known.get(
                world.chance(70) ? size - 1 - world.random.nextInt(Math.min(4, size)) : world.random.nextInt(size));
    }

    private void askOf(Incarnation worker, int dice) {
        Supervisor supervisor = world.supervisor;
        if (dice < 52) {
            exact = null;
            supervisor.stop(worker);
        } else if (dice < 64) {
            exact = null;
            supervisor.disconnect(worker);
        } else if (dice < 82) {
            if (worker.slot.last.orElseThrow() != worker || !worker.slot.wanted) {
                exact = null;
            }
            world.checks.revives(worker);
            supervisor.restart(worker, promise("restart"));
        } else {
            world.checks.killWanted(worker);
            supervisor.kill(worker);
        }
    }

    private <T> CompletableFuture<T> promise(String what) {
        CompletableFuture<T> future = new CompletableFuture<>();
        promises.add(new Promised(what, future));
        return future;
    }

    void checkPromises() {
        for (Promised promise : promises) {
            world.checks.isTrue(promise.future.isDone(), "a promise of %s is open", promise.what);
        }
        for (CompletableFuture<?> promise : unprepared) {
            world.checks.isTrue(promise.isDone() == (stopped || world.checks.isStopped()),
                    "a request that never came is open, or done");
        }
        for (Incarnation worker : world.known) {
            world.checks.isTrue(worker.isAlive() || worker.onExit().isDone(), "the exit of %s was not reported",
                    worker);
        }
    }
}
