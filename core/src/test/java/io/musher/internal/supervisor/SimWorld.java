package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import io.musher.balancer.loop.Timers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * One simulated machine: a virtual clock, one agenda for everything, and scripted processes behind the supervisor's
 * actions.
 */
final class SimWorld implements Actions, TestGeneration.Host {

    static final long MILLI = 1_000_000;
    static final long SECOND = 1000 * MILLI;

    final Random random;
    final SupervisorConfig config;
    final Supervisor supervisor;
    final SimChecks checks;
    final SimActionChecks actions;
    final SimUser user;
    final Map<Incarnation, SimProcess> processes = new HashMap<>();
    final Limit limit;
    final Generation first = new TestGeneration("first", this);
    final List<Incarnation> known = new ArrayList<>();
    final Set<Slot> slots = new HashSet<>();
    /** From now on new processes behave. */
    boolean calm;
    int supervisorTimers;
    private final Timers agenda = new Timers();
    final long born;
    private long now;

    SimWorld(long seed) {
        random = new Random(seed);
        now = random.nextLong();
        born = now;
        config = SimConfig.any(seed, random);
        limit = random.nextInt(4) == 0 ? new Limit(random.nextInt(6), "simulated") : Limit.NONE;
        checks = new SimChecks(this);
        actions = new SimActionChecks(this, checks);
        supervisor = new Supervisor(config, first, this, checks);
        user = new SimUser(this);
    }

    TestGeneration generation(String name) {
        return new TestGeneration(name, this);
    }

    // ---- time

    /** Something outside happens later. */
    Timers.Timer later(long delay, Runnable event) {
        return agenda.set(now + delay, () -> {
            event.run();
            checks.afterTurn();
        });
    }

    void cancelEvent(Timers.Timer timer) {
        agenda.cancel(timer);
    }

    void run(long nanos) {
        long end = now + nanos;
        while (!agenda.isEmpty() && agenda.untilNext(now) <= end - now) {
            now += agenda.untilNext(now);
            agenda.takeDue(now).run();
        }
        now = end;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public double random() {
        return random.nextDouble();
    }

    @Override
    public Timers.Timer schedule(long delayNanos, Runnable task) {
        supervisorTimers++;
        return agenda.set(now + delayNanos, () -> {
            supervisorTimers--;
            task.run();
            checks.afterTurn();
        });
    }

    @Override
    public void cancel(Timers.Timer timer) {
        if (timer != null) {
            supervisorTimers--;
            agenda.cancel(timer);
        }
    }

    // ---- effects

    @Override
    public WorkerHandle spawn(Incarnation worker) {
        actions.spawns(worker);
        SimProcess process = new SimProcess(this, worker);
        processes.put(worker, process);
        known.add(worker);
        slots.add(worker.slot);
        process.start();
        return new SimHandle(this, worker);
    }

    @Override
    public void publish(List<Incarnation> ready) {
        actions.published(ready);
    }

    @Override
    public void stopAccepting() {
        actions.stopsAccepting();
    }

    @Override
    public ToIntFunction<Incarnation> loads() {
        return worker -> random.nextInt(5);
    }

    @Override
    public Limit limit() {
        return limit;
    }

    @Override
    public void callback(Runnable completion) {
        agenda.set(now, completion);
    }

    SimProcess process(Incarnation worker) {
        SimProcess process = processes.get(worker);
        checks.isTrue(process != null && process.isSpawnReported() && worker.state() != WorkerState.DEAD,
                "an action on %s, which has no process", worker);
        return process;
    }

    void exited(Incarnation worker, Exit exit) {
        processes.get(worker).checkTruth(exit);
        processes.remove(worker);
    }

    long between(long low, long high) {
        return low + (long) (random.nextDouble() * (high - low));
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
