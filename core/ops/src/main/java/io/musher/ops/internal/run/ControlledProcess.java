package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.Exit;
import io.musher.Rollout;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.LogMemory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A process as commands see it: an entry of a file, or a cluster of the program that has attached it. Thread-safe. */
abstract class ControlledProcess {

    final String id;
    final EventLog events;
    final LogMemory memory;
    final CpuMeter cpu = new CpuMeter();
    final CrashLoops crashes = new CrashLoops();
    final WorkerPlaces places;
    private volatile Optional<FailedRollout> failedRollout = Optional.empty();
    private final Map<String, Replacement> replacements = new ConcurrentHashMap<>();

    /** A rollout that has failed, and when. */
    record FailedRollout(Rollout rollout, Instant at) {}

    /** Why a worker that served well was replaced, and when its successor was started. */
    record Replacement(String why, Instant at) {}

    ControlledProcess(String id, EventLog events, LogMemory memory) {
        this.id = id;
        this.events = events;
        this.memory = memory;
        this.places = new WorkerPlaces(id);
    }

    /** {@return {@code service}, {@code job} or {@code cluster}} */
    abstract String kind();

    /** {@return the cluster; empty while the process is stopped} */
    abstract Optional<Cluster> cluster();

    /** {@return how many workers there are to be; 0 for a job} */
    abstract int wanted();

    /** {@return how many workers there are to be unless a command scales} */
    abstract int configured();

    abstract OptionalInt commonPort();

    /** {@return the state in a word or two} */
    abstract String state(Cluster running, ClusterStats stats);

    /** {@return why it could not be started; empty if it could} */
    abstract String problem();

    abstract boolean isStopping();

    abstract Optional<Exit> lastExit();

    /** {@return whether a worker may end by itself with code 0, and has then done what it was to do} */
    boolean mayEnd() {
        return false;
    }

    /** {@return how a worker has ended, in words} */
    String text(Exit exit) {
        boolean ended = exit.cause() == Exit.Cause.NEVER_READY || exit.cause() == Exit.Cause.EXITED;
        return mayEnd() && ended && exit.status() == 0 ? "done (exit code 0)" : exit.toString();
    }

    /** {@return what it runs, for {@code describe}} */
    abstract Map<String, Object> details();

    /**
     * Starts it, or what was given up in it.
     *
     * @return completes when it is ready; fails with {@link ControlException} at the first worker that ends before
     * @throws ControlException if a port is taken or the program cannot be run
     */
    abstract CompletableFuture<Void> start() throws ControlException;

    /** Stops it until {@link #start}. {@return completes when all of it has ended} */
    abstract CompletableFuture<Void> stop();

    /**
     * Changes the number of workers, also of a stopped process.
     *
     * @throws ControlException for a job
     */
    abstract CompletableFuture<Void> scale(int instances) throws ControlException;

    /** {@return how many bytes of its workers' output could not be written into its log files} */
    long droppedByLog() {
        return 0;
    }

    List<Worker> workers() {
        return cluster().map(Cluster::workers).orElse(List.of());
    }

    /** {@return whether there is no worker to reload: it was stopped, was never started, or has ended} */
    boolean isIdle() {
        return problem().isEmpty() && !(this instanceof Job) && cluster().map(running -> {
            ClusterStats stats = running.stats();
            return stats.wanted() == 0 && stats.workers().isEmpty() && (wanted() > 0 || !(this instanceof Service));
        }).orElse(true);
    }

    /** {@return whether no command has started it yet, and none has stopped it} */
    boolean waitsForItsFirstStart() {
        return this instanceof ManagedProcess managed && !managed.isHeld() && cluster().isEmpty();
    }

    /** {@return the last rollout, if it has failed; empty while the process is stopped} */
    Optional<FailedRollout> failedRollout() {
        return cluster().isPresent() ? failedRollout : Optional.empty();
    }

    /** {@return why the last replacement in the place of a worker was due, by age, memory or connections} */
    Optional<Replacement> replacement(String worker) {
        return Optional.ofNullable(replacements.get(worker));
    }

    /** Notes a reload that could not even begin. */
    void noteFailedReload(String why) {
        failedRollout = Optional.of(new FailedRollout(new Rollout(Rollout.Outcome.FAILED, Map.of(), Map.of(),
                Optional.of(why), "", workers().size()), Instant.now()));
    }

    /** Forgets what has failed: the process starts anew. */
    void forgetFailures() {
        failedRollout = Optional.empty();
        crashes.clear();
        places.fill();
        replacements.clear();
    }

    /** Publishes an event of the cluster to clients. */
    void publish(ClusterEvent event) {
        if (event instanceof ClusterEvent.RolloutFinished finished) {
            Rollout rollout = finished.rollout();
            failedRollout = rollout.outcome() == Rollout.Outcome.FAILED
                    ? Optional.of(new FailedRollout(rollout, finished.at()))
                    : Optional.empty();
        }
        crashes.note(event);
        if (event instanceof ClusterEvent.Forked forked) {
            places.forked(forked.worker());
            forked.recycling().ifPresent(
                    why -> replacements.put(forked.worker().name(), new Replacement(why, forked.at())));
        }
        String worker = event instanceof ClusterEvent.WorkerEvent of ? of.worker().name() : "";
        events.publish(type(event), id, worker, event.reason());
    }

    /** {@return the event's name as in {@code gave-up}} */
    private static String type(ClusterEvent event) {
        String name = event.getClass().getSimpleName();
        StringBuilder type = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c) && i > 0) {
                type.append('-');
            }
            type.append(Character.toLowerCase(c));
        }
        return type.toString();
    }
}
