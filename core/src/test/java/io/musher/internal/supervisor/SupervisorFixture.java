package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Rollout;
import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** A supervisor whose actions and notifications are recorded; a test plays users and processes by hand. */
final class SupervisorFixture extends SupervisorRecorder {

    private static final RestartPolicy ALWAYS = RestartPolicy.always();

    Supervisor supervisor;
    ProcessEvents events;
    private SupervisorConfig config;
    private boolean commands;
    private boolean joins = true;

    /** JVM workers behind a common port, without overlaps; every option may be changed before the first input. */
    SupervisorFixture() {
        create(new SupervisorConfig("shop", PortMode.MOVABLE, ReadinessRule.PORT_ACCEPTS, Duration.ofSeconds(60), 8,
                ALWAYS,
                StopPolicy.ofDefaults(), ReloadPolicy.ofDefaults().withOverlap(Duration.ZERO), false, false));
    }

    private SupervisorFixture with(SupervisorConfig other) {
        create(other);
        return this;
    }

    private void create(SupervisorConfig newConfig) {
        config = newConfig;
        supervisor = new Supervisor(config, generation("first"), this, this);
        events = supervisor.events();
    }

    private TestGeneration generation(String name) {
        return new TestGeneration(name, this);
    }

    SupervisorFixture with(PortMode ports) {
        return with(new SupervisorConfig(config.cluster(), ports, config.readinessRule(), config.startTimeout(),
                config.bootLimit(),
                config.restart(), config.stop(), config.reload(), config.hasReadinessCheck(), config.warmsUp()));
    }

    SupervisorFixture with(ReadinessRule when) {
        return with(new SupervisorConfig(config.cluster(), config.ports(), when, config.startTimeout(),
                config.bootLimit(),
                config.restart(), config.stop(), config.reload(), config.hasReadinessCheck(), config.warmsUp()));
    }

    SupervisorFixture with(RestartPolicy policy) {
        return with(
                new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(), config.startTimeout(),
                        config.bootLimit(), policy, config.stop(), config.reload(), config.hasReadinessCheck(),
                        config.warmsUp()));
    }

    SupervisorFixture with(StopPolicy policy) {
        return with(
                new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(), config.startTimeout(),
                        config.bootLimit(), config.restart(), policy, config.reload(), config.hasReadinessCheck(),
                        config.warmsUp()));
    }

    SupervisorFixture with(ReloadPolicy policy) {
        return with(new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(),
                config.startTimeout(),
                config.bootLimit(), config.restart(), config.stop(), policy.withOverlap(config.reload().overlap()),
                config.hasReadinessCheck(), config.warmsUp()));
    }

    /** A replacement and its predecessor both serve for a while. */
    SupervisorFixture overlap(Duration time) {
        return with(
                new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(), config.startTimeout(),
                        config.bootLimit(), config.restart(), config.stop(), config.reload().withOverlap(time),
                        config.hasReadinessCheck(), config.warmsUp()));
    }

    SupervisorFixture startTimeout(Duration time) {
        return with(new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(), time,
                config.bootLimit(), config.restart(), config.stop(), config.reload(), config.hasReadinessCheck(),
                config.warmsUp()));
    }

    SupervisorFixture bootLimit(int limit) {
        return with(new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(),
                config.startTimeout(), limit,
                config.restart(), config.stop(), config.reload(), config.hasReadinessCheck(), config.warmsUp()));
    }

    SupervisorFixture checked() {
        return with(
                new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(), config.startTimeout(),
                        config.bootLimit(), config.restart(), config.stop(), config.reload(), true, config.warmsUp()));
    }

    SupervisorFixture warmingUp() {
        return with(new SupervisorConfig(config.cluster(), config.ports(), config.readinessRule(),
                config.startTimeout(),
                config.bootLimit(), config.restart(), config.stop(), config.reload(), config.hasReadinessCheck(),
                true));
    }

    SupervisorFixture commands() {
        commands = true;
        return jars();
    }

    /** JVM workers that need not have Musher in them. */
    SupervisorFixture jars() {
        joins = false;
        return this;
    }

    // ---- what a test does

    CompletableFuture<Void> start(int instances) {
        CompletableFuture<Void> started = new CompletableFuture<>();
        supervisor.start(instances, started);
        return started;
    }

    /** Started and ready; what was recorded so far is dropped. */
    SupervisorFixture running(int instances) {
        CompletableFuture<Void> started = start(instances);
        for (int id = 1; id <= instances; id++) {
            serve(worker(id));
        }
        assertTrue(started.isDone() && !started.isCompletedExceptionally());
        return forget();
    }

    SupervisorFixture forget() {
        actions.clear();
        reports.clear();
        return this;
    }

    Incarnation worker(int id) {
        return spawned.get(id - 1);
    }

    void born(Incarnation worker) {
        events.spawned(worker,
                new StartedProcess(100 + worker.id(), OptionalInt.of(4000 + worker.id()), commands, joins,
                        Instant.EPOCH));
    }

    /** From its process to its being ready, as a JVM does. */
    void serve(Incarnation worker) {
        born(worker);
        events.hello(worker);
        events.ready(worker);
    }

    void exits(Incarnation worker, int code) {
        events.exited(worker, code, Optional.empty());
    }

    void dies(Incarnation worker, String signal) {
        events.exited(worker, 137, Optional.of(signal));
    }

    CompletableFuture<Void> scale(int instances) {
        CompletableFuture<Void> scaled = new CompletableFuture<>();
        supervisor.scale(instances, scaled);
        return scaled;
    }

    CompletableFuture<Incarnation> fork() {
        CompletableFuture<Incarnation> forked = new CompletableFuture<>();
        supervisor.fork(Map.of(), forked);
        return forked;
    }

    CompletableFuture<Incarnation> restart(Incarnation worker) {
        CompletableFuture<Incarnation> restarted = new CompletableFuture<>();
        supervisor.restart(worker, restarted);
        return restarted;
    }

    CompletableFuture<Rollout> roll(String name) {
        CompletableFuture<Rollout> rolled = new CompletableFuture<>();
        supervisor.deploy(generation(name), "deploy", rolled);
        return rolled;
    }

    /** Of the same program. */
    CompletableFuture<Rollout> reload(String name) {
        CompletableFuture<Rollout> rolled = new CompletableFuture<>();
        supervisor.reload(TestGeneration.environment(name), "reload", rolled);
        return rolled;
    }

    CompletableFuture<Void> abortRollout() {
        CompletableFuture<Void> aborted = new CompletableFuture<>();
        supervisor.abortRollout(aborted);
        return aborted;
    }

    CompletableFuture<Void> stop() {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        supervisor.stop(stopped);
        return stopped;
    }

    /** The connections of a draining worker end, and its process exits. */
    void leaves(Incarnation worker) {
        assertEquals(WorkerState.DRAINING, worker.state());
        events.drained(worker);
        exits(worker, 0);
    }

    /** The process of a worker that was stopped meanwhile runs, and exits. */
    void neverServes(Incarnation worker) {
        born(worker);
        assertEquals(WorkerState.STOPPING, worker.state());
        exits(worker, 143);
    }

    /** A worker exits, and so do all its successors until the instance is given up. */
    void giveUp(Incarnation worker) {
        exits(worker, 1);
        pass(15_000);
        while (!worker.slot.gaveUp) {
            born(worker.slot.last.orElseThrow());
            exits(worker.slot.last.orElseThrow(), 1);
            pass(15_000);
        }
    }

    Incarnation latest() {
        return spawned.get(spawned.size() - 1);
    }

    /** {@return the names of the generations of all workers that get traffic} */
    List<String> generations() {
        return published.stream().map(worker -> worker.generation().toString()).toList();
    }

    void pass(long millis) {
        long end = now + millis * 1_000_000;
        while (!timers.isEmpty() && timers.untilNext(now) <= end - now) {
            now += timers.untilNext(now);
            timers.takeDue(now).run();
        }
        now = end;
    }

    /** The primary is halted, and goes on: its timers are late. */
    void halt(long millis) {
        now += millis * 1_000_000;
        for (Runnable due = timers.takeDue(now); due != null; due = timers.takeDue(now)) {
            due.run();
        }
    }

    /** What was done since the last time it was asked. */
    void assertActions(String... expected) {
        assertEquals(List.of(expected), actions);
        actions.clear();
    }

    void assertReports(String... expected) {
        assertEquals(List.of(expected), reports);
        reports.clear();
    }
}
