package io.musher.internal.supervisor;

import io.musher.ClusterStats.SlotStats.State;
import io.musher.Exit;
import io.musher.WorkerState;
import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Numbered place (instance) for a worker; keeps what outlives its processes. A slot is unwanted, queued, in backoff,
 * given up, or has a serving worker, a starting worker, or both during a replacement. During an overlap both serve.
 */
final class Slot {

    /** What the slot does for clients. Scale-downs and rollouts take slots in this order: least useful first. */
    enum Service {
        GAVE_UP, WAITS, STARTS, NOT_READY, READY
    }

    final int instance;
    /** The name of its workers. */
    final String name;
    final RestartBudget budget;
    final ResettableTimer backoffTimer;
    /** Runs while the starting worker serves beside the serving one, see {@link Takeover}. */
    final ResettableTimer overlapTimer;
    /** Futures that complete when the next worker of this slot is ready. */
    final PendingFutures<Incarnation> readyFutures;

    volatile boolean wanted;
    volatile boolean queued;
    volatile boolean gaveUp;
    /** Whether the restart policy caused the next start, which then counts as a restart. */
    boolean restartedByPolicy;
    volatile int restarts;
    /** Number of workers that could not be started or failed. */
    volatile int failures;
    /** Reason for the next start. */
    volatile String why = "";
    Map<String, String> environment = Map.of();
    /** Generation of the next process. */
    Generation generation;
    /** Number of consecutive failed recycling replacements. */
    int recycleFailures;
    /** Earliest time of the next recycling, if {@code recycleFailures} is positive. */
    long nextRecycleAt;
    /** Why the next process is a recycling replacement; empty if it is none. */
    Optional<String> recycling = Optional.empty();
    /** The serving worker, if it was started as a recycling replacement. */
    @Nullable
    Incarnation recycled;
    /** The recycling replacement that was due for recycling too soon itself; its recycling was delayed once. */
    @Nullable
    Incarnation recyclingDelayed;
    /** Number of consecutive recycling replacements that were themselves due too soon. */
    int earlyRecycles;

    /**
     * The worker that is not ready yet, or is in its overlap and serves beside its predecessor; its process may still
     * be being started, or be stopping after a start timeout or kill.
     */
    volatile @Nullable Incarnation starting;
    /** The worker that has the slot, until it is released or reaped. */
    volatile @Nullable Incarnation serving;
    /** Released workers that are still alive: stopping, draining or detached. */
    final List<Incarnation> released = new ArrayList<>();
    /** The latest worker of the slot, dead or alive. */
    volatile Optional<Incarnation> last = Optional.empty();
    /** Exit of the process that ended last. */
    volatile Optional<Exit> lastExit = Optional.empty();
    /** Time of the next start on the monotonic clock, during a backoff. */
    private volatile OptionalLong nextStart = OptionalLong.empty();

    Slot(int instance, WorkerRegistry registry) {
        this.instance = instance;
        this.name = registry.config.workerName(instance);
        this.generation = registry.generation;
        this.budget = new RestartBudget(registry.config.restart());
        this.backoffTimer = registry.newTimer();
        this.overlapTimer = registry.newTimer();
        this.readyFutures = new PendingFutures<>(registry.actions);
    }

    SlotStatus status() {
        Incarnation server = serving;
        Incarnation starter = starting;
        Optional<Incarnation> latest = last;
        OptionalLong next = nextStart;
        State state = gaveUp ? State.GAVE_UP : server != null && server.state() == WorkerState.READY ? State.READY
                : server != null && server.state() == WorkerState.NOT_READY ? State.NOT_READY
                        : starter != null ? State.STARTING
                                : next.isPresent() ? State.BACKOFF : server != null ? State.EXITING : State.QUEUED;
        Optional<Incarnation> explains = switch (state) {
            case READY, NOT_READY, EXITING -> Optional.ofNullable(server);
            case STARTING -> Optional.ofNullable(starter);
            case QUEUED -> Optional.empty();
            case BACKOFF, GAVE_UP -> latest;
        };
        return new SlotStatus(instance, name, wanted, queued, gaveUp, restarts, failures, latest, state,
                explains.map(Incarnation::whyAndObserved).orElse(why), lastExit,
                state == State.BACKOFF ? next : OptionalLong.empty());
    }

    /** Starts the backoff timer: runs {@code start} after the delay. */
    void backOff(long now, long delay, Runnable start) {
        nextStart = OptionalLong.of(now + delay);
        backoffTimer.set(delay, start);
    }

    void endBackoff() {
        nextStart = OptionalLong.empty();
        backoffTimer.cancel();
    }

    boolean owns(Incarnation worker) {
        return worker == starting || worker == serving;
    }

    /** Returns whether the slot has no serving, starting or queued worker. */
    boolean isVacant() {
        return starting == null && serving == null && !queued;
    }

    /** Returns the serving worker if it is READY or NOT_READY, so neither stopping nor lost. */
    Optional<Incarnation> servingWorker() {
        return Optional.ofNullable(serving).filter(worker -> switch (worker.state()) {
            case READY, NOT_READY -> true;
            default -> false;
        });
    }

    boolean hasServingWorker() {
        return servingWorker().isPresent();
    }

    /** Returns what the slot does for clients. */
    Service service() {
        if (gaveUp) {
            return Service.GAVE_UP;
        } else if (serving == null && starting == null) {
            return Service.WAITS;
        }
        return servingWorker()
                .map(worker -> worker.state() == WorkerState.READY ? Service.READY : Service.NOT_READY)
                .orElse(Service.STARTS);
    }

    /** Returns whether the serving worker is of the target generation and no other worker is starting or queued. */
    boolean isAt(Generation target) {
        return serving != null && serving.generation() == target && starting == null && !queued;
    }

    /**
     * Returns whether the slot is not at the target generation and no worker is starting or queued: a caller stopped
     * the replacement.
     */
    boolean isAbandoned(Generation target) {
        return !isAt(target) && starting == null && !queued && !backoffTimer.isSet();
    }

    /**
     * Returns whether no released worker is still stopping. A rollout waits for this, because memory is limited to the
     * configured number of workers.
     */
    boolean hasNoStoppingWorker() {
        return released.stream().noneMatch(ScaleController::isStillStopping);
    }

    /** Returns whether a worker that was released and disconnected is still running; it may run for ever. */
    boolean hasDetachedWorker() {
        return released.stream().anyMatch(worker -> worker.state() == WorkerState.DETACHED);
    }

    /** Returns whether the serving worker is stopping or lost. */
    boolean isEnding() {
        return serving != null && !hasServingWorker();
    }

    List<Incarnation> living() {
        List<Incarnation> all = new ArrayList<>(released);
        if (starting != null) {
            all.add(starting);
        }
        if (serving != null) {
            all.add(serving);
        }
        return all;
    }

    /** Moves the worker from serving or starting to the released workers; the slot can start another one. */
    void release(Incarnation worker) {
        if (owns(worker)) {
            forget(worker);
            released.add(worker);
        }
    }

    void forget(Incarnation worker) {
        released.remove(worker);
        if (starting == worker) {
            starting = null;
            overlapTimer.cancel();
        }
        if (serving == worker) {
            serving = null;
        }
    }

    /** Returns the workers that get traffic: the serving one first, then the starting one if it is in its overlap. */
    List<Incarnation> ready() {
        return Stream.of(Optional.ofNullable(serving), Optional.ofNullable(starting)).flatMap(Optional::stream)
                .filter(worker -> worker.state() == WorkerState.READY).toList();
    }

    /** Makes the starting worker the serving one; {@return the old worker, which the caller has to stop, or null} */
    @Nullable
    Incarnation install(Incarnation worker) {
        overlapTimer.cancel();
        Incarnation old = serving;
        if (old != null) {
            released.add(old);
        }
        starting = null;
        serving = worker;
        recycleFailures = 0;
        earlyRecycles = recycling.isPresent() ? earlyRecycles : 0;
        recycled = recycling.isPresent() ? worker : null;
        recycling = Optional.empty();
        return old;
    }
}
